import { useState } from "preact/hooks";
import { useActivity } from "../activity.ts";
import { Controls } from "../controls/controls.tsx";
import { useEcosystem } from "../ecosystem.ts";
import { count } from "../format.ts";
import { LiveFeed } from "../parts/live-feed.tsx";
import { Shape } from "../parts/shape.tsx";
import { Picture } from "../picture/picture.tsx";
import { to } from "../route.ts";
import type { Held } from "../still.ts";

/** First page: activity of all members, in time and in order. */
export function EcosystemPage() {
  const { acts } = useEcosystem();
  const activity = useActivity();
  const [held, hold] = useState<Held>();
  const onHold = (): void => hold(held === undefined ? { activity, acts, at: Date.now() } : undefined);
  return (
    <>
      <div class="head">
        <h1>Activity</h1>
        <Sums />
        <Controls />
      </div>
      <Picture pausedAt={held?.at} />
      <LiveFeed snapshot={held} onHold={onHold} onOlder={(change) => hold((before) => before && change(before))} />
    </>
  );
}

/** Numbers of messages that are not at rest. */
function Sums() {
  const { inFlight, ready, stuck, failed } = useEcosystem().status.messages;
  const bad = stuck.length + failed;
  return (
    <div class="sums">
      {inFlight > 0 && (
        <a class="badge" href={to("messages")}>
          {count(inFlight)} in flight
        </a>
      )}
      {ready.length > 0 && (
        <a class="badge wait" href={to("messages")}>
          <Shape name="ready" />
          {count(ready.length)} ready
        </a>
      )}
      {bad > 0 && (
        <a class="badge fail" href={to("messages")}>
          <Shape name="fail" />
          {count(bad)} failed
        </a>
      )}
    </div>
  );
}
