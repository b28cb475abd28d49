#!/usr/bin/env node
import module from 'node:module';

// Node ends in 1 after an error that nobody caught, and 1 says that a check failed: any other failure is a 2.
const fail = (error) => {
  const details =
    error instanceof Error ? (process.argv.includes('--debug') ? error.stack : error.message) : error;
  process.stderr.write(
    `delve: ${details} (this is a fault of delve or of its installation: please report it, with the output of --debug)\n`,
  );
  process.exit(2);
};
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

// Since Node 22.1: what was compiled once is not compiled again the next time.
module.enableCompileCache?.();
try {
  const { main } = await import('../dist/bundle/main.js');
  process.exitCode = await main(process);
} catch (error) {
  fail(error);
}
if (process.exitCode === 130 || process.exitCode === 143) {
  const { exitInterrupted } = await import('../dist/engine/pass/interrupted.js');
  exitInterrupted(process.exitCode === 143 ? 'SIGTERM' : 'SIGINT');
}
