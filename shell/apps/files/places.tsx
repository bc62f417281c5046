/** The folders that everybody has: the home, what lies in it under the usual names, the root. */
import { For } from 'solid-js';
import { Icon, type IconName } from '../../parts/icons.tsx';
import { join } from './path.ts';

export interface Place {
  name: string;
  path: string;
  icon: IconName;
}

const usual: [name: string, icon: IconName][] = [
  ['Desktop', 'desktop'],
  ['Documents', 'documents'],
  ['Downloads', 'downloads'],
  ['Music', 'music'],
  ['Pictures', 'pictures'],
  ['Videos', 'videos'],
];

/** @param present names of the folders in the home */
export function placesOf(home: string, present: ReadonlySet<string>): Place[] {
  return [
    { name: 'Home', path: home, icon: 'home' },
    ...usual.flatMap(([name, icon]) => (present.has(name) ? [{ name, path: join(home, name), icon }] : [])),
    { name: 'Root', path: '/', icon: 'root' },
  ];
}

export function Places(props: { places: Place[]; path: string; go(path: string): void }) {
  return (
    <nav class="files-places" aria-label="Places">
      <ul>
        <For each={props.places}>
          {(place) => (
            <li>
              <button
                type="button"
                aria-current={place.path === props.path ? 'page' : undefined}
                title={place.path}
                onClick={() => props.go(place.path)}
              >
                <Icon name={place.icon} />
                {place.name}
              </button>
            </li>
          )}
        </For>
      </ul>
    </nav>
  );
}
