import { describe, expect, it } from 'vitest';
import type { Feed } from '../../../src/data/feed.js';
import { Places, START } from '../../../src/engine/pass/places.js';

/** So many samples, after which the source is at the place of so many given. */
const feed = (samples: number, given?: number, labels?: (string | undefined)[]): Feed => ({
  samples,
  tensors: {},
  ...(labels ? { labels } : {}),
  ...(given === undefined ? {} : { end: { draws: [], rows: given, given, skipped: 0 } }),
});

describe('the place at which a pass can be left', () => {
  it('is behind the last feed, once all that was sent has run', () => {
    const places = new Places(START);
    expect(places.behindAll).toBeUndefined();
    places.sent(feed(4, 4, ['a', 'b', undefined, 'a']), 1, 2);
    expect(places.behindAll).toBeUndefined();
    places.ran(1);
    expect(places.behindAll).toEqual({
      position: { draws: [], rows: 4, given: 4, skipped: 0 },
      labels: new Map([
        ['a', 2],
        ['b', 1],
      ]),
      samples: 4,
      batches: 2,
      number: 3,
      turn: 1,
    });
  });

  it('is behind those that ran before the first that has not, where nothing after it has', () => {
    const places = new Places(START);
    places.sent(feed(4, 4), 1, 1);
    places.sent(feed(4, 8), 2, 1);
    places.sent(feed(4, 12), 3, 1);
    places.ran(1);
    expect(places.behindAll?.position.given).toBe(4);
    places.ran(3);
    expect(places.behindAll).toBeUndefined();
    places.ran(2);
    expect(places.behindAll).toMatchObject({ position: { given: 12 }, samples: 12, batches: 3, turn: 3 });
  });

  it('is none where the source cannot tell it', () => {
    const places = new Places(START);
    places.sent(feed(4), 1, 1);
    places.ran(1);
    expect(places.behindAll).toBeUndefined();
  });

  it('counts on from where an earlier pass was left', () => {
    const places = new Places({ labels: new Map([['a', 5]]), samples: 10, batches: 3, number: 4, turn: 3 });
    places.sent(feed(2, 12, ['a', 'c']), 4, 1);
    places.ran(4);
    expect(places.behindAll).toMatchObject({ samples: 12, batches: 4, number: 5, turn: 4 });
    expect(places.behindAll?.labels).toEqual(
      new Map([
        ['a', 6],
        ['c', 1],
      ]),
    );
  });

  it('knows nothing of a number that was never sent', () => {
    const places = new Places(START);
    places.sent(feed(1, 1), 1, 1);
    places.ran(7);
    expect(places.behindAll).toBeUndefined();
  });
});
