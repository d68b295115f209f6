/**
 * Loaded into a process ahead of its program (`node --import`): the program's wall clock, and no other, is ahead by what its
 * parent sends, as `{"aheadMs":…}`. The monotonic clock and all timers go on as before, as with a machine whose clock is set.
 */
let aheadMs = 0;
const real = Date.now;
const now = (): number => real() + aheadMs;

globalThis.Date = new Proxy(Date, {
  get: (target, key) => (key === "now" ? now : (Reflect.get(target, key) as unknown)),
  construct: (target, args: unknown[]) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args) as Date,
});

process.on("message", (message: { readonly aheadMs: number }) => ({ aheadMs } = message));
process.channel?.unref();
