/** The page in real Chromium: how much JavaScript it takes, and whether a drag keeps up with the pointer. */
import { gzipSync } from 'node:zlib';
import { chromium as driver, type Page } from '@playwright/test';
import { Desktop } from '../e2e/desktop.ts';
import { chromium } from '../e2e/playwright.config.ts';
import { Stack } from '../stack.ts';
import type { Bench, Row } from './report.ts';

const windows = 30;
const moves = 240;

/** Every script (workers too) that was loaded when the Applications button could first be used, gzipped bytes by address. */
async function scripts(page: Page, url: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const reading: Promise<void>[] = [];
  let open = true;
  page.on('response', (response) => {
    if (!open || !/javascript/.test(response.headers()['content-type'] ?? '')) return;
    reading.push(
      response.body().then(
        (body) => void sizes.set(new URL(response.url()).pathname, gzipSync(body, { level: 9 }).length),
        () => {},
      ),
    );
  });
  await page.goto(url);
  await page.getByRole('button', { name: 'Applications' }).waitFor();
  open = false;
  await Promise.all(reading);
  return sizes;
}

/**
 * Drags a window and compares, in each frame, where it is shown with where the newest pointer event was.
 * The comparison runs in an animation frame, after the handlers of the frame's input and before its paint.
 */
async function drag(page: Page, busy: boolean): Promise<{ frames: number; fresh: number; behind: number[] }> {
  const window = page.getByRole('dialog').last();
  const box = await window.boundingBox();
  if (!box) throw new Error('no window');
  const from = { x: box.x + box.width * 0.3, y: box.y + 12 };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  const watching = page.evaluate(
    ({ startX, startY }) =>
      new Promise<{ frames: number; fresh: number; behind: number[] }>((resolve) => {
        const frame = [...document.querySelectorAll<HTMLElement>('[role=dialog]')].at(-1);
        if (!frame) throw new Error('no window');
        const begin = frame.getBoundingClientRect();
        let newest: PointerEvent | undefined;
        let frames = 0;
        let fresh = 0;
        const behind: number[] = [];
        let running = true;
        const note = (event: PointerEvent) => {
          newest = event;
        };
        addEventListener('pointermove', note, true);
        addEventListener('pointerrawupdate', note as EventListener, true);
        addEventListener(
          'pointerup',
          () => {
            running = false;
          },
          { once: true, capture: true },
        );
        const look = () => {
          if (newest && running) {
            const now = frame.getBoundingClientRect();
            const off = Math.hypot(
              now.x - begin.x - (newest.clientX - startX),
              now.y - begin.y - (newest.clientY - startY),
            );
            frames++;
            // Within the reach of magnetic edges a frame may stand up to 10 px beside the pointer, by design.
            if (off < 1) fresh++;
            else behind.push(off);
            newest = undefined;
          }
          if (running) requestAnimationFrame(look);
          else resolve({ frames, fresh, behind });
        };
        requestAnimationFrame(look);
      }),
    { startX: from.x, startY: from.y },
  );
  const worker = page.workers()[0];
  let load = Promise.resolve();
  let loading = busy;
  if (busy && worker) {
    load = (async () => {
      while (loading) {
        await worker.evaluate(() => {
          const end = performance.now() + 20;
          while (performance.now() < end);
        });
      }
    })();
  }
  for (let step = 0; step < moves; step++) {
    const angle = (step / moves) * Math.PI * 6;
    await page.mouse.move(from.x + Math.sin(angle) * 180 + step * 0.3, from.y + 90 + Math.cos(angle) * 80);
  }
  await page.mouse.up();
  loading = false;
  await load;
  return watching;
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
        const { frames, fresh, behind } = await drag(tab, busy);
        samples[`behind ${rate}x ${busy ? 'busy' : 'idle'}`] = behind;
        rows.push({
          what: `Drag: frames at the newest pointer position${rate === 1 ? '' : `, CPU ${rate}x slower`}${busy ? ', worker busy' : ''}`,
          value: (100 * fresh) / frames,
          unit: '%',
          limit: { at: 'least', value: 100 },
          note: `${frames} frames, ${windows} windows`,
        });
      }
      return { rows, samples };
    } finally {
      await browser.close();
      await stack.close();
    }
  },
};
