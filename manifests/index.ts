/** All manifests: each file of this folder that is one, checked. Adding an app touches no other file. */
import * as v from 'valibot';
import { Manifest } from '../protocol/manifest.ts';

const files = import.meta.glob<unknown>(['./*.ts', '!./index.ts', '!./web-manifest.ts'], {
  eager: true,
  import: 'default',
});

/** Sorted by name. @throws Error naming file and field when a manifest is wrong. */
export const manifests: readonly Manifest[] = Object.entries(files)
  .map(([file, exported]) => {
    const checked = v.safeParse(Manifest, exported);
    if (!checked.success) {
      const issue = checked.issues[0];
      throw new Error(`manifests/${file.slice(2)}: ${v.getDotPath(issue) ?? 'default export'}: ${issue.message}`);
    }
    if (file !== `./${checked.output.id}.ts`)
      throw new Error(`manifests/${file.slice(2)}: id: must be the file's name`);
    return checked.output;
  })
  .sort((a, b) => a.name.localeCompare(b.name));
