// A script that lands a block of a hub and leaves its connection open, as docs/recipes/hub.md does.
import { openUnproven } from "./open.ts";

const PROVEN = { execution: "proven", pace: { aggregatorSeconds: 900 } } as const;
const { hyperchains } = await openUnproven({
  hubs: { main: { members: ["alpha", "beta"], aggregators: 4 } },
  chains: { alpha: PROVEN, beta: PROVEN },
});
const { number, batches } = await hyperchains.hub("main").land();
console.log(JSON.stringify({ number, chains: batches.map(({ chainId }) => chainId) }));
