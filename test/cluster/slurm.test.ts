import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRun } from '../../src/run/files/readRun.js';
import type { RunLayer } from '../../src/run/schema.js';
import { lastingFolder } from '../support/folder.js';

const run = promisify(execFile);

function isInstalled(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A cluster of one node takes Slurm's daemons, and the right to start jobs. */
const canStart = ['slurmctld', 'slurmd', 'sbatch'].every(isInstalled) && process.getuid?.() === 0;
const folder = lastingFolder();
const daemons: ChildProcess[] = [];
let env: NodeJS.ProcessEnv;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}

/** A controller and a node on this machine, which take nothing from it and leave nothing on it. */
async function startCluster(): Promise<void> {
  const [name] = hostname().split('.');
  const at = (path: string) => join(folder.path, path);
  await Promise.all(['state', 'spool', 'bin'].map((each) => mkdir(at(each))));
  const settings = {
    ClusterName: 'test',
    SlurmctldHost: `${name}(127.0.0.1)`,
    SlurmctldPort: await freePort(),
    SlurmdPort: await freePort(),
    AuthType: 'auth/none',
    CredType: 'cred/none',
    SlurmUser: 'root',
    SlurmdUser: 'root',
    StateSaveLocation: at('state'),
    SlurmdSpoolDir: at('spool'),
    SlurmctldPidFile: at('slurmctld.pid'),
    SlurmdPidFile: at('slurmd.pid'),
    ProctrackType: 'proctrack/linuxproc',
    TaskPlugin: 'task/none',
    JobAcctGatherType: 'jobacct_gather/none',
    SelectType: 'select/cons_tres',
    SelectTypeParameters: 'CR_Core',
    MpiDefault: 'none',
    ReturnToService: 2,
    MailProg: '/bin/true',
    // Jobs that wait for others are looked at every second, not every half minute.
    SchedulerParameters: 'sched_interval=1,batch_sched_delay=0,defer_batch',
  };
  await writeFile(
    at('slurm.conf'),
    [
      ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
      `NodeName=${name} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`,
      'PartitionName=all Nodes=ALL Default=YES State=UP',
      '',
    ].join('\n'),
  );
  await writeFile(
    at('bin/delve'),
    `#!/bin/sh\nexec "${process.execPath}" "${resolve('bin/delve.js')}" "$@"\n`,
  );
  await chmod(at('bin/delve'), 0o755);
  env = { ...process.env, SLURM_CONF: at('slurm.conf'), PATH: `${at('bin')}${delimiter}${process.env.PATH}` };
  for (const daemon of ['slurmctld', 'slurmd']) {
    daemons.push(spawn(daemon, ['-D'], { env, stdio: 'ignore' }));
  }
  for (let tries = 0; tries < 100; tries++) {
    const { stdout } = await run('sinfo', ['--noheader', '--format=%t'], { env }).catch(() => ({
      stdout: '',
    }));
    if (stdout.trim() === 'idle') return;
    await delay(200);
  }
  throw new Error('the cluster did not come up');
}

/** The job script and the commands that docs/large.md tells. */
async function documented(): Promise<{ script: string; commands: string }> {
  const text = await readFile('docs/large.md', 'utf8');
  const [, section = ''] = text.split('### Slurm\n');
  const [, script = '', rest = ''] =
    /```bash\n([\s\S]*?)```\n([\s\S]*)/.exec(section.split('\n### ')[0]) ?? [];
  const commands = rest.split('\n').filter((line) => line.startsWith('    '));
  return { script, commands: commands.map((line) => line.trim()).join('\n') };
}

const isSame = (actual: number, expected: number) =>
  Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected));

describe.skipIf(!canStart)('on a Slurm cluster of one node', () => {
  beforeAll(startCluster, 60_000);
  afterAll(async () => {
    for (const daemon of daemons.toReversed()) daemon.kill('SIGTERM');
    await Promise.all(
      daemons.map((daemon) => daemon.exitCode ?? new Promise((done) => daemon.once('exit', done))),
    );
  }, 30_000);

  test('the array and the merge of docs/large.md give the run of one pass', async () => {
    const cwd = join(folder.path, 'job');
    await mkdir(cwd);
    await mkdir(join(cwd, 'shards'));
    await copyFile('fixtures/mnist-cnn.onnx', join(cwd, 'model.onnx'));
    await symlink(resolve('fixtures/mnist'), join(cwd, 'images'));
    const { script, commands } = await documented();
    expect(script).toContain('--shard auto');
    expect(commands).toContain('--dependency=afterok');
    await writeFile(join(cwd, 'array.sh'), script);
    await run('bash', ['-euc', commands], { cwd, env });
    for (;;) {
      const { stdout } = await run('squeue', ['--noheader'], { env });
      if (stdout.trim() === '') break;
      await delay(500);
    }
    await run('delve', ['analyze', 'model.onnx', '--data', 'images/', '--out', 'one.delve', '--quiet'], {
      cwd,
      env,
    });
    const [merged, one] = await Promise.all(
      ['model.delve', 'one.delve'].map((name) => readRun(join(cwd, name))),
    );
    expect(merged.data.samples).toBe(397);
    // All sixteen: it is a share no longer.
    expect(merged.data.shard).toBeUndefined();
    expect(merged.layers.length).toBe(one.layers.length);
    merged.layers.forEach((layer, i) => {
      const numbers = ({ trace, effectiveRank, participationRatio, uncertainty }: RunLayer) => [
        trace ?? 0,
        effectiveRank ?? 0,
        participationRatio ?? 0,
        uncertainty?.saturation.standardError ?? -1,
        uncertainty?.effectiveRank.bias ?? -1,
      ];
      expect(layer.intrinsicDimensionality).toBe(one.layers[i].intrinsicDimensionality);
      expect(layer.observations).toBe(one.layers[i].observations);
      const expected = numbers(one.layers[i]);
      numbers(layer).forEach((actual, n) => {
        expect([layer.name, n, actual, expected[n], isSame(actual, expected[n])].at(-1)).toBe(true);
      });
    });
  }, 300_000);
});
