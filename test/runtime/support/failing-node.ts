/** Body of a process whose node fails or runs, by its start message. */
interface Start {
  readonly life: number;
  readonly isFirst: boolean;
  readonly fails: boolean;
}

process.on("message", ({ life, isFirst, fails }: Start) => {
  process.send?.({ type: "started", isFirst });
  // A node can report several failures before it ends.
  for (let i = 0; fails && i < 2; i++) process.send?.({ type: "failed", life, reason: "L1 is away" });
  if (!fails) process.send?.({ type: "ready", life });
});
process.on("disconnect", () => process.exit(0));
