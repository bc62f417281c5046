/** What a bench says: rows for the table, and raw samples for bench/results/*.json. */

export type Row = {
  /** What was measured. */
  what: string;
  value: number;
  unit: string;
  /** What it must reach, where the project has set that. */
  limit?: { at: 'most' | 'least'; value: number };
  /** How it was measured. */
  note?: string;
};

export type Bench = { name: string; run(): Promise<{ rows: Row[]; samples?: Record<string, number[]> }> };

/** The value below which `part` (0 to 1) of the samples lie; of no samples: NaN. */
export function quantile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

export function reached({ value, limit }: Row): boolean {
  return limit === undefined || (limit.at === 'most' ? value <= limit.value : value >= limit.value);
}

const shown = (value: number) => (Number.isInteger(value) ? `${value}` : value.toFixed(value < 10 ? 2 : 1));

/** An aligned table, a row a line. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    `${shown(row.value)} ${row.unit}`,
    row.limit ? `at ${row.limit.at} ${shown(row.limit.value)} ${row.limit.at && reached(row) ? 'ok' : 'MISSED'}` : '',
    row.note ?? '',
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
