/** All manifests: each file of this folder that is one, checked. Adding an app touches no other file. */
import * as v from 'valibot';
import { Manifest } from '../protocol/manifest.ts';

/**
 * @param files what each manifest file exports, by its path `./<id>.ts`
 * @returns the manifests, sorted by name
 * @throws Error naming file and field when one is wrong
 */
export function checkManifests(files: Record<string, unknown>): Manifest[] {
  return Object.entries(files)
    .map(([path, exported]) => {
      const file = `manifests/${path.slice(2)}`;
      const checked = v.safeParse(Manifest, exported);
      if (!checked.success) {
        const issue = checked.issues[0];
        throw new Error(`${file}: ${v.getDotPath(issue) ?? 'default export'}: ${issue.message}`);
      }
      if (path !== `./${checked.output.id}.ts`) throw new Error(`${file}: id: must be the file's name`);
      return checked.output;
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

export const manifests: readonly Manifest[] = checkManifests(
  import.meta.glob<unknown>(['./*.ts', '!./index.ts', '!./web-manifest.ts'], { eager: true, import: 'default' }),
);
