#!/usr/bin/env node
import module from 'node:module';

// Since Node 22.1: what was compiled once is not compiled again the next time.
module.enableCompileCache?.();
const { main } = await import('../dist/bundle/main.js');

process.exitCode = await main(process);
if (process.exitCode === 130) {
  const { exitInterrupted } = await import('../dist/engine/interrupted.js');
  exitInterrupted();
}
