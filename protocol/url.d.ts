// The one web API that this room uses: page, workers and Node all have it, and no library of TypeScript's holds it alone.
declare class URL {
  static canParse(url: string, base?: string): boolean;
  constructor(url: string, base?: string);
  readonly origin: string;
  readonly protocol: string;
  readonly href: string;
  hostname: string;
}
