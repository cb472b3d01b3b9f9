import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { create } from "webgpu";
import type { Gpu, GpuDevice } from "../../../src/proofs/kernels/webgpu/card/gpu.ts";
import { createWebgpuBackend, type WebgpuBackend } from "../../../src/proofs/kernels/webgpu/backend.ts";
import { openDevice } from "../../../src/proofs/kernels/webgpu/open-device.ts";

/*
 * A graphics card in software for tests: SwiftShader's driver for Vulkan comes from npm inside the browser that the page's tests use.
 * It is for Linux x64 alone; elsewhere the tests that need it are skipped and say so.
 */

/** Why tests on a card are skipped here; false where they are not. */
export const NO_CARD =
  process.platform === "linux" && process.arch === "x64" ? false : "SwiftShader's driver from npm is for Linux x64 alone";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const ARCHIVE = join(ROOT, "node_modules/@sparticuz/chromium/bin/swiftshader.tar.br");
/** Folder of the unpacked driver, with the file that names it to the loader. */
export const SOFTWARE_CARD_FOLDER = join(ROOT, "node_modules/.cache/swiftshader");
const [LOADER, DRIVER] = ["libvulkan.so.1", "libvk_swiftshader.so"];
/** Linux's RTLD_NODELETE: a loaded library stays loaded, also if it is not a module of Node. */
const KEEP_LOADED = 0x1000;
const TAR_BLOCK = 512;

/** One for all of a process. */
let opened: Gpu | undefined;

/** The software card, as `openDevice` finds it. Whatever uses it must end with the device destroyed. */
export function softwareGpu(): Gpu {
  if (opened === undefined) {
    loadSoftwareDriver();
    opened = create([]) as unknown as Gpu;
  }
  return opened;
}

/**
 * Registers the driver in the process's environment. Call it before a thread opens a card, because threads copy the
 * environment.
 */
export function loadSoftwareDriver(): void {
  if (!existsSync(SOFTWARE_CARD_FOLDER)) unpack();
  process.env["VK_ICD_FILENAMES"] = join(SOFTWARE_CARD_FOLDER, "driver.json");
  try {
    // Dawn asks for the loader by name and gets the one that is loaded already: no variable has to be set before the process starts.
    process.dlopen({ exports: {} }, join(SOFTWARE_CARD_FOLDER, LOADER), constants.dlopen.RTLD_NOW | KEEP_LOADED);
  } catch (error) {
    if (!String(error).includes("did not self-register")) throw error;
  }
}

export async function openSoftwareDevice(): Promise<GpuDevice> {
  const card = await openDevice(softwareGpu(), "allowed");
  if (card.state !== "open") throw new Error(`no software card: ${card.state}`);
  return card.device;
}

/** `memory`: bytes that the backend may take. */
export async function createSoftwareBackend(memory?: number): Promise<WebgpuBackend> {
  const device = await openSoftwareDevice();
  const now = (): number => performance.now();
  return createWebgpuBackend(memory === undefined ? { device, now } : { device, now, memory });
}

function unpack(): void {
  mkdirSync(dirname(SOFTWARE_CARD_FOLDER), { recursive: true });
  const folder = mkdtempSync(`${SOFTWARE_CARD_FOLDER}-`);
  const files = filesOf(brotliDecompressSync(readFileSync(ARCHIVE)));
  for (const name of [LOADER, DRIVER]) {
    const bytes = files.get(name);
    if (bytes === undefined) throw new Error(`${ARCHIVE} has no ${name}`);
    writeFileSync(join(folder, name), bytes);
  }
  // Relative to this file: the folder is also found by another path, where checkouts share their packages.
  const ICD = { library_path: `./${DRIVER}`, api_version: "1.0.5" };
  writeFileSync(join(folder, "driver.json"), JSON.stringify({ file_format_version: "1.0.0", ICD }));
  try {
    renameSync(folder, SOFTWARE_CARD_FOLDER);
  } catch (error) {
    // Another process was faster.
    rmSync(folder, { recursive: true });
    if (!existsSync(SOFTWARE_CARD_FOLDER)) throw error;
  }
}

/** Files of a tar archive by their names without folders. */
function filesOf(tar: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; at + TAR_BLOCK <= tar.length && tar[at] !== 0;) {
    const text = (from: number, to: number): string => tar.toString("latin1", at + from, at + to).split("\0")[0] ?? "";
    const size = Number.parseInt(text(124, 136), 8);
    files.set(text(0, 100).split("/").at(-1) ?? "", tar.subarray(at + TAR_BLOCK, at + TAR_BLOCK + size));
    at += TAR_BLOCK * (1 + Math.ceil(size / TAR_BLOCK));
  }
  return files;
}
