import { expect, it } from 'vitest';
import { webgpuTurn } from '../../../src/engine/session/webgpuTurn.js';

/** A promise, and how to end it. */
function open() {
  let end: () => void = () => {};
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { promise, end };
}
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

it('lets passes on WebGPU in one after the other, as soon as the session before is gone', async () => {
  const order: string[] = [];
  const [first, second] = [open(), open()];
  const pass = async (name: string, gone: Promise<unknown>) => {
    const leave = await webgpuTurn('webgpu');
    order.push(name);
    leave(gone);
  };
  const all = [pass('a', first.promise), pass('b', second.promise), pass('c', Promise.resolve())];
  await soon();
  expect(order).toEqual(['a']);
  first.end();
  await soon();
  expect(order).toEqual(['a', 'b']);
  second.end();
  await Promise.all(all);
  expect(order).toEqual(['a', 'b', 'c']);
});

it('goes on after a session that failed, and keeps no other provider waiting', async () => {
  const never = open();
  const leave = await webgpuTurn('webgpu');
  for (const provider of ['cpu', 'cuda', 'auto'] as const) (await webgpuTurn(provider))(never.promise);
  leave(Promise.reject(new Error('it failed')));
  await expect(webgpuTurn('webgpu')).resolves.toBeTypeOf('function');
});
