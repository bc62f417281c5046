/** The page in real Chromium: how much JavaScript it takes, and whether a drag keeps up with the pointer. */
import { gzipSync } from 'node:zlib';
import { chromium as driver, type Page } from '@playwright/test';
import { pointed, press, rectOf } from '../../shell/window-manager/gesture.ts';
import { initial } from '../../workers/window-manager/core.ts';
import type { Point, State } from '../../workers/window-manager/types.ts';
import { Desktop } from '../e2e/desktop.ts';
import { chromium } from '../e2e/playwright.config.ts';
import { Stack } from '../stack.ts';
import type { Bench, Row } from './report.ts';

const windows = 30;
const moves = 240;

/**
 * Every script (the worker's too) that the page had asked for when the Applications button was there, gzipped bytes by
 * address. What is loaded ahead of time after that, while the page is idle, does not count.
 */
async function scripts(page: Page, url: string): Promise<Map<string, number>> {
  const bodies = new Map<string, Promise<Buffer>>();
  page.on('response', (response) => {
    if (/javascript/.test(response.headers()['content-type'] ?? '')) bodies.set(response.url(), response.body());
  });
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('[role=toolbar] [aria-label=Applications]')) return;
      performance.mark('usable');
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(url);
  await page.getByRole('button', { name: 'Applications' }).waitFor();
  const asked = await page.evaluate(() => {
    const usable = performance.getEntriesByName('usable')[0]?.startTime ?? 0;
    return performance
      .getEntriesByType('resource')
      .filter((entry) => entry.startTime <= usable)
      .map((entry) => entry.name);
  });
  const workers = page.workers().map((worker) => worker.url());
  const sizes = new Map<string, number>();
  for (const address of new Set([...asked, ...workers])) {
    const body = await bodies.get(address);
    if (body) sizes.set(new URL(address).pathname, gzipSync(body, { level: 9 }).length);
  }
  return sizes;
}

type Sample = { pointer: Point; shown: Point };

/** Drags a window; gives, for each frame that the pointer had moved in, its newest place and where the window was shown. */
async function drag(page: Page, from: Point, busy: boolean): Promise<Sample[]> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  const watching = page.evaluate(
    () =>
      new Promise<Sample[]>((resolve) => {
        const frame = [...document.querySelectorAll<HTMLElement>('[data-window]')].at(-1);
        if (!frame) throw new Error('no window');
        const samples: Sample[] = [];
        let newest: PointerEvent | undefined;
        let running = true;
        const note = (event: Event) => {
          newest = event as PointerEvent;
        };
        addEventListener('pointermove', note, true);
        addEventListener('pointerrawupdate', note, true);
        const stop = () => {
          running = false;
        };
        addEventListener('pointerup', stop, { once: true, capture: true });
        // An animation frame: after the handlers of this frame's input, before its paint.
        const look = () => {
          if (newest && running) {
            const { x, y } = frame.getBoundingClientRect();
            samples.push({ pointer: { x: newest.clientX, y: newest.clientY }, shown: { x, y } });
            newest = undefined;
          }
          if (running) requestAnimationFrame(look);
          else resolve(samples);
        };
        requestAnimationFrame(look);
      }),
  );
  const worker = page.workers()[0];
  let loading = busy;
  const load = (async () => {
    while (loading) {
      await worker?.evaluate(() => {
        const end = performance.now() + 20;
        while (performance.now() < end);
      });
    }
  })();
  for (let step = 0; step < moves; step++) {
    const angle = (step / moves) * Math.PI * 6;
    await page.mouse.move(from.x + Math.sin(angle) * 180 + step * 0.3, from.y + 90 + Math.cos(angle) * 80);
  }
  await page.mouse.up();
  loading = false;
  await load;
  return watching;
}

/** The windows as they lie on the page, for the gesture's own arithmetic (magnetic edges and all). */
async function stateOf(page: Page): Promise<State> {
  const { workArea, rects } = await page.evaluate(() => {
    const rect = (element: Element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height };
    };
    const area = document.querySelector('.work-area');
    if (!area) throw new Error('no work area');
    return { workArea: rect(area), rects: [...document.querySelectorAll('[data-window]')].map(rect) };
  });
  const windows = rects.map((geometry, at) => ({
    id: `${at}`,
    appId: 'files',
    title: '',
    geometry,
    // It lies where it is seen.
    contained: false,
    placement: { kind: 'floating' as const },
    minimized: false,
    appState: null,
  }));
  return { ...initial(workArea), windows: Object.fromEntries(windows.map((window) => [window.id, window])) };
}

/** How far each sample's window was from where the newest pointer position puts it, px. */
function behind(samples: Sample[], state: State, from: Point): number[] {
  const pressed = press(state, `${windows - 1}`, 'move', from);
  return samples.map(({ pointer, shown }) => {
    const wanted = rectOf(pointed(pressed, pointer));
    return wanted ? Math.hypot(shown.x - wanted.x, shown.y - wanted.y) : 0;
  });
}

export const page: Bench = {
  name: 'page',
  async run() {
    const stack = await Stack.start();
    const browser = await driver.launch(chromium);
    try {
      const tab = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      const sizes = await scripts(tab, stack.url);
      const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      const rows: Row[] = [
        {
          what: 'JavaScript before the desktop can be used',
          value: total / 1024,
          unit: 'KB gz',
          limit: { at: 'most', value: 60 },
          note: [...sizes]
            .map(([path, size]) => `${path.replace('/assets/', '')} ${(size / 1024).toFixed(1)}`)
            .join(', '),
        },
      ];
      const desktop = new Desktop(tab);
      for (let opened = 0; opened < windows; opened++) await desktop.open('Files');
      const cdp = await tab.context().newCDPSession(tab);
      const samples: Record<string, number[]> = {};
      for (const [rate, busy] of [
        [1, false],
        [4, false],
        [4, true],
      ] as const) {
        await cdp.send('Emulation.setCPUThrottlingRate', { rate });
        const box = await (await desktop.lastWindow()).boundingBox();
        if (!box) throw new Error('no window');
        const from = { x: Math.round(box.x + box.width * 0.3), y: Math.round(box.y + 12) };
        const state = await stateOf(tab);
        const off = behind(await drag(tab, from, busy), state, from);
        samples[`behind ${rate}x ${busy ? 'busy' : 'idle'}`] = off;
        rows.push({
          what: `Drag: frames at the newest pointer position${rate === 1 ? '' : `, CPU ${rate}x slower`}${busy ? ', worker busy' : ''}`,
          value: (100 * off.filter((distance) => distance < 0.5).length) / off.length,
          unit: '%',
          limit: { at: 'least', value: 100 },
          note: `${off.length} frames, ${windows} windows`,
        });
      }
      return { rows, samples };
    } finally {
      await browser.close();
      await stack.close();
    }
  },
};
