/** What the launcher shows for what was typed: pure, so that it can be tested and tuned by itself. */

export type Searchable = { name: string; summary: string; keywords: readonly string[] };

/** Lower case, without accents. */
const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

const wordStarts = (text: string, query: string) => text.split(/[\s-]+/).some((word) => word.startsWith(query));

/** How well it fits, higher is better; 0: not at all. The query is plain and not empty. */
function scoreOf(item: Searchable, query: string): number {
  const name = plain(item.name);
  if (name === query) return 6;
  if (name.startsWith(query)) return 5;
  if (wordStarts(name, query)) return 4;
  if (item.keywords.some((keyword) => plain(keyword).startsWith(query))) return 3;
  if (name.includes(query)) return 2;
  return wordStarts(plain(item.summary), query) ? 1 : 0;
}

/** Best first; among equals the given order. An empty query finds everything. */
export function search<T extends Searchable>(items: readonly T[], query: string): T[] {
  const wanted = plain(query.trim());
  if (wanted === '') return [...items];
  return items
    .map((item) => ({ item, score: scoreOf(item, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}
