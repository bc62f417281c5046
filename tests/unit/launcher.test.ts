import { describe, expect, test } from 'vitest';
import { search } from '../../shell/launcher/search.ts';
import { monthGrid } from '../../shell/taskbar/month.ts';

const item = (name: string, summary = '', keywords: string[] = []) => ({ name, summary, keywords });
const names = (found: { name: string }[]) => found.map(({ name }) => name);

describe("the launcher's search", () => {
  const items = [
    item('Node Terminal'),
    item('Konsole', 'A shell on your box', ['terminal']),
    item('Determinal'),
    item('Terminal Server'),
    item('Terminal'),
    item('Café', 'Hot drinks'),
  ];

  test('puts the name itself first, then what begins with it, has a word with it, is known by it, contains it', () => {
    expect(names(search(items, 'terminal'))).toEqual([
      'Terminal',
      'Terminal Server',
      'Node Terminal',
      'Konsole',
      'Determinal',
    ]);
  });

  test('looks past case, accents and space around it', () => {
    expect(names(search(items, '  CAFE '))).toEqual(['Café']);
  });

  test('finds words of the summary, and all for nothing typed', () => {
    expect(names(search(items, 'drin'))).toEqual(['Café']);
    expect(names(search(items, ' '))).toEqual(names(items));
    expect(search(items, 'nothing like it')).toEqual([]);
  });
});

describe("the clock's month", () => {
  test.each([0, 1, 6])('has six weeks that begin with day %i, without a gap, and the month in them', (first) => {
    for (let month = 0; month < 12; month++) {
      const weeks = monthGrid(2028, month, first);
      expect(weeks.map((week) => week.length)).toEqual([7, 7, 7, 7, 7, 7]);
      expect(weeks.every((week) => week[0]?.getDay() === first)).toBe(true);
      const days = weeks.flat();
      for (const [index, day] of days.entries()) {
        const before = days[index - 1];
        if (!before) continue;
        // By the calendar, not by hours: a day that the clocks change in has 23 or 25.
        expect(Date.UTC(day.getFullYear(), day.getMonth(), day.getDate())).toBe(
          Date.UTC(before.getFullYear(), before.getMonth(), before.getDate()) + 86_400_000,
        );
      }
      const inside = days.filter((day) => day.getMonth() === month);
      expect(inside).toHaveLength(new Date(2028, month + 1, 0).getDate());
      expect(weeks[0]?.some((day) => day.getDate() === 1 && day.getMonth() === month)).toBe(true);
    }
  });
});
