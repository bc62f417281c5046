/**
 * A month as weeks of seven days each, from the week of its first day on: always six, so that nothing jumps.
 * @param month 0 to 11
 * @param firstWeekday day that weeks begin with, 0 for Sunday
 */
export function monthGrid(year: number, month: number, firstWeekday: number): Date[][] {
  const before = (new Date(year, month, 1).getDay() - firstWeekday + 7) % 7;
  return Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (_, day) => new Date(year, month, 1 - before + week * 7 + day)),
  );
}
