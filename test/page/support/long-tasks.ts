import type { Browser, Page } from "playwright-core";

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the thread's own time: what it computed, however busy the machine is with other things. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Milliseconds of the longest task of the page's thread while `work` lasts. */
export async function longestTask(browser: Browser, tab: Page, work: () => Promise<unknown>): Promise<number> {
  await browser.startTracing(tab, { categories: ["toplevel", "disabled-by-default-devtools.timeline"] });
  let trace: Buffer | undefined;
  try {
    await work();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && /RendererMain|InProcRenderer/.test(args.name ?? ""))
      .map(({ pid, tid }) => `${pid}:${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ ph, name, pid, tid, tdur }) =>
      ph === "X" && name.endsWith("RunTask") && tdur !== undefined && threads.has(`${pid}:${tid}`),
  );
  if (tasks.length === 0) throw new Error("the trace tells no task of the page");
  return Math.max(...tasks.map(({ tdur }) => tdur! / 1000));
}
