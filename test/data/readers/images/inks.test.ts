import { expect, test } from 'vitest';
import { input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

/** Written by Pillow: the inks 0 0 0 0, 255 0 0 0, 10 200 30 40 and 120 60 250 200, as pixels of a TIFF. */
const TIFF =
  'SUkqAAgAAAAKAAABBAABAAAAAgAAAAEBBAABAAAAAgAAAAIBAwAEAAAAhgAAAAMBAwABAAAAAQAAAAYBAwABAAAABQAAABEBBAABAAAAjgAAABUBAwABAAAABAAAABYBBAABAAAAAgAAABcBBAABAAAAEAAAABwBAwABAAAAAQAAAAAAAAAIAAgACAAIAAAAAAD/AAAACsgeKHg8+sg=';
/** The same, each as 8 × 8 pixels of a JPEG of Adobe's kind, whose values are turned round. */
const JPEG =
  '/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYICwwLCgwJCgoK/8AAFAgAEAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD9/K/fyv38r9/K/gDooor+9Sv4368Hr5fr8R6/owr+I+v5f6//2Q==';

test.each([
  // numpy.asarray(PIL.Image.open(…).convert('RGB')), by channel
  ['a.tif', TIFF, 1, [255, 0, 207, 29, 255, 255, 46, 42, 255, 255, 190, 1]],
  ['a.jpg', JPEG, 8, [255, 0, 207, 29, 255, 255, 46, 42, 255, 255, 190, 1]],
])('inks become colours as by Pillow: %s', async (name, base64, size, expected) => {
  const folder = await temporaryFolder({ [name]: Buffer.from(base64, 'base64') });
  for (const channels of [3, 4]) {
    const x = input('x', 'float32', ['n', channels, 'h', 'w']);
    const { feeds } = await readAll({ data: [folder], image: { scale: 1 } }, [x]);
    const values = valuesOf(feeds, 'x');
    const side = 2 * size;
    const centres = Array.from({ length: 12 }, (_, i) => {
      const [c, y, k] = [Math.floor(i / 4), Math.floor(i / 2) % 2, i % 2];
      return values[(c * side + y * size + (size >> 1)) * side + k * size + (size >> 1)];
    });
    expect(centres).toEqual(expected);
    expect(values.slice(3 * side * side).every((value) => value === 255)).toBe(true);
  }
});
