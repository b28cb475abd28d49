import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

interface Note {
  readonly id: number;
  readonly author: { readonly id: number };
  body: string;
}

const { saturation } = parse(await readFile('docs/examples/gitlab-ci.yml', 'utf8'));

/** The lines of a job as a runner of GitLab calls them: one shell for all of them, which ends with the first failure. */
function shell(lines: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
  return new Promise<{ code: number; said: string }>((done) => {
    const script = `set -eo pipefail\n${lines.join('\n')}`;
    const environment = { PATH: process.env.PATH, HOME: cwd, DELVE: resolve('.'), ...env };
    execFile('bash', ['-c', script], { cwd, env: environment }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, said: stdout + stderr });
    });
  });
}

async function project(rules: unknown): Promise<string> {
  const cwd = await temporaryDirectory();
  const job = {
    model: resolve('fixtures/mnist-cnn.onnx'),
    data: 'random:8',
    out: 'build/a run.delve',
    rules,
  };
  await mkdir(join(cwd, 'build'));
  await writeFile(join(cwd, 'delve.config.json'), JSON.stringify(job));
  return cwd;
}

/** What the job asks of GitLab, of an instance that holds these notes. */
async function gitlab(notes: Note[]) {
  const answer = async (request: IncomingMessage) => {
    const { method, url = '', headers } = request;
    if (headers['private-token'] !== 'secret') return undefined;
    if (url === '/api/v4/user') return { id: 7 };
    const body = async () => JSON.parse(await text(request)).body as string;
    const page = Number(new URL(url, 'http://host').searchParams.get('page'));
    if (method === 'GET') return notes.slice(100 * (page - 1), 100 * page);
    const added = { id: notes.length + 1, author: { id: 7 }, body: await body() };
    if (method === 'POST' && url === '/api/v4/projects/3/merge_requests/5/notes') return notes.push(added);
    const id = /^\/api\/v4\/projects\/3\/merge_requests\/5\/notes\/(\d+)$/.exec(url)?.[1];
    const changed = notes.find((note) => note.id === Number(id));
    if (method === 'PUT' && changed) changed.body = added.body;
    return changed;
  };
  const server = createServer(async (request, response) => {
    const found = await answer(request);
    response.statusCode = found === undefined ? 404 : 200;
    response.end(JSON.stringify(found ?? {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return {
    CI_API_V4_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v4`,
    ...{ CI_PROJECT_ID: '3', CI_MERGE_REQUEST_IID: '5', DELVE_TOKEN: 'secret' },
  };
}

describe.skipIf(process.platform === 'win32')('the example for GitLab', () => {
  it('passes and fails as the rules say, with verdict and page among what it keeps', async () => {
    for (const [min, expected] of [
      [0, 0],
      [1, 1],
    ]) {
      const cwd = await project([{ statistic: 'saturation', min }]);
      const { code, said } = await shell(saturation.script, cwd, {});
      expect({ code, said }).toMatchObject({ code: expected });
      const kept = (name: string) => readFile(join(cwd, saturation.artifacts.paths[0], name), 'utf8');
      expect(await readFile(join(cwd, saturation.artifacts.reports.junit), 'utf8')).toContain('<testsuites ');
      expect(await kept('report.html')).toMatch(/^<!doctype html>/i);
    }
  });

  it('ends with 2 where the job itself is wrong', async () => {
    const { code, said } = await shell(saturation.script, await project([{ statistic: 'saturatoin' }]), {});
    expect({ code, said }).toMatchObject({ code: 2, said: expect.stringContaining('saturatoin') });
  });

  it('comments once, and changes its own comment the next time', async () => {
    const cwd = await project([{ statistic: 'saturation', min: 1 }]);
    expect((await shell(saturation.script, cwd, {})).code).toBe(1);
    // More than one page of notes, one of which somebody else marked.
    const notes = Array.from({ length: 120 }, (_, i) => ({ id: i + 1, author: { id: 1 }, body: 'text' }));
    notes[3].body = '<!-- delve -->\nnot by delve';
    const env = await gitlab(notes);
    for (const after of [/^<!-- delve -->\n### ❌ delve: /, /^<!-- delve -->\nchanged$/]) {
      const { code, said } = await shell(saturation.after_script, cwd, env);
      expect({ code, said }).toEqual({ code: 0, said: '' });
      expect(notes).toHaveLength(121);
      expect(notes[120].body).toMatch(after);
      await writeFile(join(cwd, 'delve-check/check-markdown.md'), 'changed');
    }
    expect(notes[3].body).toContain('not by delve');
  });

  it('leaves merge requests alone without a token', async () => {
    const cwd = await project([{ statistic: 'saturation', min: 0 }]);
    await shell(saturation.script, cwd, {});
    const notes: Note[] = [];
    const env = await gitlab(notes);
    expect(await shell(saturation.after_script, cwd, { ...env, DELVE_TOKEN: '' })).toEqual({
      code: 0,
      said: '',
    });
    expect(notes).toEqual([]);
  });
});
