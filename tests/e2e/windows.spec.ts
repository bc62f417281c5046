import type { Locator, Page } from '@playwright/test';
import { type Desktop, expect, test } from './desktop.ts';

type Box = { x: number; y: number; width: number; height: number };

async function box(of: Locator): Promise<Box> {
  const found = await of.boundingBox();
  if (!found) throw new Error('it has no box');
  return found;
}

/** Presses at a point, moves by steps, lets go. */
async function drag(page: Page, from: [number, number], to: [number, number]): Promise<void> {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 4 });
  await page.mouse.move(...to, { steps: 4 });
  await page.mouse.up();
}

/** A point of the title bar that is no button. */
const handle = (of: Box): [number, number] => [of.x + of.width * 0.3, of.y + 12];

async function floating(desktop: Desktop): Promise<Locator> {
  const window = await desktop.open('Files');
  await expect(window.getByRole('row').first()).toBeVisible();
  return window;
}

test('a window moves with the pointer and stays where it was let go, over a reload', async ({ desktop, page }) => {
  const window = await floating(desktop);
  const before = await box(window);
  const [x, y] = handle(before);
  await drag(page, [x, y], [x - 137, y + 83]);
  const after = await box(window);
  expect(after).toMatchObject({ width: before.width, height: before.height });
  expect(Math.abs(after.x - (before.x - 137))).toBeLessThanOrEqual(1);
  expect(Math.abs(after.y - (before.y + 83))).toBeLessThanOrEqual(1);

  await page.reload();
  await expect(window).toBeVisible();
  expect(await box(window)).toEqual(after);
});

test('it resizes from all eight sides', async ({ desktop, page }) => {
  const window = await floating(desktop);
  const start = await box(window);
  await drag(page, handle(start), [handle(start)[0], handle(start)[1] + 60]);
  for (const [right, down] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
    [1, 1],
    [-1, 1],
    [1, -1],
    [-1, -1],
  ] as const) {
    const before = await box(window);
    const at = (side: number, begin: number, length: number) =>
      side === 0 ? begin + length / 2 : side > 0 ? begin + length - 1 : begin + 1;
    const [x, y] = [at(right, before.x, before.width), at(down, before.y, before.height)];
    await drag(page, [x, y], [x + right * 23, y + down * 23]);
    const after = await box(window);
    const name = `${right},${down}`;
    expect(Math.round(after.width - before.width), name).toBe(right === 0 ? 0 : 23);
    expect(Math.round(after.height - before.height), name).toBe(down === 0 ? 0 : 23);
    expect(Math.round(after.x - before.x), name).toBe(right < 0 ? -23 : 0);
    expect(Math.round(after.y - before.y), name).toBe(down < 0 ? -23 : 0);
  }
});

test('at an edge it snaps, and dragged off it has its size again', async ({ desktop, page }) => {
  const window = await floating(desktop);
  const before = await box(window);
  await drag(page, handle(before), [1, 400]);
  const snapped = await box(window);
  expect(snapped).toMatchObject({ x: 0, y: 0, width: 720 });
  expect(snapped.height).toBeGreaterThan(800);
  await drag(page, handle(snapped), [600, 300]);
  expect(await box(window)).toMatchObject({ width: before.width, height: before.height });
});

test('Escape in the middle of a drag puts it back', async ({ desktop, page }) => {
  const window = await floating(desktop);
  const before = await box(window);
  const [x, y] = handle(before);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 90, y + 50, { steps: 3 });
  expect((await box(window)).x).toBeGreaterThan(before.x + 50);
  await page.keyboard.press('Escape');
  expect(await box(window)).toEqual(before);
  await page.mouse.up();
  expect(await box(window)).toEqual(before);
});

test('the title bar maximises on a double click, the buttons do what they say', async ({ desktop, page }) => {
  const window = await floating(desktop);
  const before = await box(window);
  await page.mouse.dblclick(...handle(before));
  await expect(window.getByRole('button', { name: 'Restore' })).toBeVisible();
  expect(await box(window)).toMatchObject({ x: 0, y: 0, width: 1440 });
  await window.getByRole('button', { name: 'Restore' }).click();
  expect(await box(window)).toEqual(before);
  await window.getByRole('button', { name: 'Minimize' }).click();
  await expect(window).toBeHidden();
  await desktop.taskbar
    .getByRole('button', { name: /Home|home|admin|Files/ })
    .last()
    .click();
  await expect(window).toBeVisible();
  await window.getByRole('button', { name: 'Close' }).click();
  await expect(window).toHaveCount(0);
});

test('a click anywhere in a window brings it to the front, in a frame too, and no frame is loaded again', async ({
  desktop,
  page,
}) => {
  const app = await desktop.open('Prometheus');
  await expect(app.frameLocator('iframe').getByText('Enable query history')).toBeVisible();
  const inside = page.frames().find((one) => one.url().includes('prometheus.'));
  await inside?.evaluate(() => Object.assign(globalThis, { loadedOnce: true }));
  const files = await floating(desktop);

  const above = async (): Promise<number> =>
    Number(await files.evaluate((element) => getComputedStyle(element).zIndex)) -
    Number(await app.evaluate((element) => getComputedStyle(element).zIndex));
  expect(await above()).toBeGreaterThan(0);

  const appBox = await box(app);
  await page.mouse.click(appBox.x + appBox.width - 30, appBox.y + appBox.height - 20);
  await expect.poll(above).toBeLessThan(0);

  await app.getByRole('button', { name: 'Minimize' }).click();
  await desktop.taskbar.getByRole('button', { name: /Prometheus/ }).click();
  await app.getByRole('button', { name: 'Maximize' }).click();
  expect(await inside?.evaluate(() => 'loadedOnce' in globalThis)).toBe(true);
});

test('a window manager that dies in the middle of a drag is replaced, and nothing is lost', async ({
  desktop,
  page,
}) => {
  const window = await floating(desktop);
  const before = await box(window);
  const [x, y] = handle(before);
  const worker = page.workers().find((one) => /worker/.test(one.url()));
  expect(
    worker,
    page
      .workers()
      .map((one) => one.url())
      .join(),
  ).toBeDefined();
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y + 40, { steps: 3 });
  await worker?.evaluate(() => self.close());
  await page.mouse.move(x + 100, y + 70, { steps: 3 });
  await page.mouse.up();
  const after = await box(window);
  expect(Math.round(after.x - before.x)).toBe(100);
  await expect.poll(() => page.workers().length, { timeout: 20_000 }).toBeGreaterThan(0);
  await window.getByRole('button', { name: 'Maximize' }).click();
  await expect(window.getByRole('button', { name: 'Restore' })).toBeVisible();
  await window.getByRole('button', { name: 'Restore' }).click();
  expect(await box(window)).toEqual(after);
});
