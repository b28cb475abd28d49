import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { interruptible, type SignalSource } from '../../../src/cli/terminal/interruptible.js';
import { FakeProcess } from '../../support/commandLine.js';

/** Work that ends when it is told to, and the process that it runs in. */
function working() {
  const host = new FakeProcess([]);
  let finish = (_: string) => {};
  let given: AbortSignal | undefined;
  const work = interruptible(host as unknown as SignalSource, (signal) => {
    given = signal;
    return new Promise<string>((resolve) => {
      finish = resolve;
    });
  });
  return { host, work, finish: (result: string) => finish(result), signal: () => given };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each(['SIGINT', 'SIGTERM'])('%s', (name) => {
  test('aborts the signal, and the work ends in its own way', async () => {
    const { host, work, finish, signal } = working();
    expect(signal()?.aborted).toBe(false);
    host.emit(name);
    expect(signal()?.aborted).toBe(true);
    finish('tidied up');
    expect(await work).toBe('tidied up');
    expect(host.sent).toEqual([]);
  });

  test('twice at once is one: npm passes it on to a program that has had it', () => {
    const { host } = working();
    host.emit(name);
    vi.advanceTimersByTime(500);
    host.emit(name);
    expect(host.sent).toEqual([]);
  });

  test('the same one again does nothing after the work has ended, while its end is being told', async () => {
    const { host, work, finish } = working();
    host.emit(name);
    finish('');
    await work;
    vi.advanceTimersByTime(20);
    expect(host.emit(name)).toBe(true);
    expect(host.sent).toEqual([]);
  });

  test('a second one later ends the process by the signal', () => {
    const { host } = working();
    host.emit(name);
    vi.advanceTimersByTime(501);
    host.emit(name);
    expect(host.sent).toEqual(['4711 SIGINT']);
    expect(host.listenerCount('SIGINT')).toBe(0);
  });
});

test('listens only while the work lasts, also where it fails', async () => {
  const { host, work, finish } = working();
  expect(host.listenerCount('SIGINT')).toBe(1);
  finish('');
  await work;
  const failing = interruptible(host as unknown as SignalSource, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(host.eventNames()).toEqual([]);
});
