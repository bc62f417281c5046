/** Commands thrown at random, sensible and senseless ones, on few ids so that they meet. */
import * as fc from 'fast-check';
import type { Command, Rect } from '../../workers/window-manager/types.ts';

export const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const anyId = fc.oneof({ weight: 12, arbitrary: id }, fc.constantFrom('', 'nobody', '__proto__', 'valueOf', '0'));

const px = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3000, max: 3000 }) },
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e300, 2 ** 53),
);
export const rect: fc.Arbitrary<Rect> = fc.record({ x: px, y: px, width: px, height: px });

export const workArea: fc.Arbitrary<Rect> = fc.record({
  x: fc.integer({ min: -50, max: 50 }),
  y: fc.integer({ min: -50, max: 50 }),
  width: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 590, max: 610 }), fc.constant(1440)),
  height: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 50 }), fc.constant(900)),
});

const placement = fc.oneof(
  fc.record({ kind: fc.constantFrom('floating' as const, 'maximized' as const) }),
  fc.record({
    kind: fc.constant('snapped' as const),
    zone: fc.constantFrom(
      'left' as const,
      'right' as const,
      'top-left' as const,
      'top-right' as const,
      'bottom-left' as const,
      'bottom-right' as const,
    ),
  }),
);
const type = <T extends Command['type']>(of: T) => fc.constant(of);

export const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: type('open'),
      id: anyId,
      appId: fc.constantFrom('terminal', 'files'),
      title: fc.string(),
      size: fc.oneof(fc.tuple(px, px), fc.constant<[number, number]>([640, 400])),
      appState: fc.jsonValue(),
    }),
  },
  fc.record({ type: type('close'), id: anyId }),
  fc.record({ type: type('focus'), id: fc.option(anyId) }),
  { weight: 3, arbitrary: fc.record({ type: type('move'), id: anyId, geometry: rect }) },
  { weight: 2, arbitrary: fc.record({ type: type('place'), id: anyId, placement }) },
  fc.record({ type: type('toggle-maximize'), id: anyId }),
  { weight: 2, arbitrary: fc.record({ type: type('minimize'), id: anyId }) },
  fc.record({ type: type('restore'), id: anyId }),
  { weight: 2, arbitrary: fc.record({ type: type('show-desktop') }) },
  { weight: 3, arbitrary: fc.record({ type: type('cycle'), step: fc.constantFrom(1 as const, -1 as const) }) },
  fc.record({ type: type('title'), id: anyId, title: fc.string() }),
  fc.record({ type: type('app-state'), id: anyId, appState: fc.jsonValue() }),
  fc.record({ type: type('work-area'), rect: fc.oneof(workArea, rect) }),
);

/** JSON that has a command's type, and otherwise whatever it likes. */
export const garbage: fc.Arbitrary<Command> = fc
  .tuple(
    fc.constantFrom('open', 'close', 'focus', 'move', 'place', 'cycle', 'title', 'app-state', 'work-area', 'dance'),
    fc.dictionary(fc.constantFrom('id', 'size', 'geometry', 'placement', 'rect', 'title', 'step'), fc.jsonValue()),
    id,
    fc.boolean(),
  )
  .map(([type, fields, known, named]) => ({ ...fields, ...(named ? { id: known } : {}), type }) as Command);
