#!/usr/bin/env node
import { main } from '../dist/cli/main.js';

process.exitCode = await main(process);
if (process.exitCode === 130) {
  const { exitInterrupted } = await import('../dist/engine/interrupted.js');
  exitInterrupted();
}
