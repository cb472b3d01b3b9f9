import { useEffect, useState } from "preact/hooks";
import type { EcosystemInfo, EcosystemStatus } from "../answers.ts";
import type { Ecosystem } from "../ecosystem.ts";
import { count } from "../format.ts";
import { to, type Route } from "../route.ts";
import { Icon, laneOf, Shape, type ShapeName } from "./shape.tsx";

/** Pages of the whole ecosystem by their routes, in order; the first letter after "g" opens each. */
export const PAGES = {
  "": { name: "Activity", key: "a" },
  messages: { name: "Messages", key: "m" },
  batches: { name: "Batches", key: "b" },
  contracts: { name: "Contracts", key: "c" },
  wallet: { name: "Wallet", key: "w" },
  accounts: { name: "Accounts", key: "u" },
  names: { name: "Names", key: "n" },
  charts: { name: "Charts", key: "h" },
  prover: { name: "Prover", key: "p" },
} as const;

interface RailProps {
  readonly route: Route;
  readonly ecosystem: Ecosystem | undefined;
  readonly isLost: boolean;
  /** Opens the list of keys. */
  readonly onKeys: () => void;
}

/** Navigation: search, pages, chains with their states. Pages stand before the ecosystem answers, so that no link moves. */
export function Rail({ route, ecosystem, isLost, onKeys }: RailProps) {
  const [isOpen, open] = useState(false);
  useEffect(() => open(false), [route]);
  const [first = ""] = route;
  const info = ecosystem?.info;
  const ready = ecosystem?.status.messages.ready.length ?? 0;
  return (
    <header class={isOpen ? "rail open" : "rail"}>
      <a class="skip" href="#content" onClick={skipToContent}>
        Skip to the content
      </a>
      <div class="brandline">
        <a class="brand" href={to()}>
          <svg aria-hidden="true">
            <use href="#mark" />
          </svg>
          <span class="cut">{info?.name ?? "hyperchains"}</span>
        </a>
        <button class="bare toggle" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
          Menu
          <Icon name="down" />
        </button>
      </div>
      <form class="search" role="search" aria-label="the ecosystem" onSubmit={search}>
        <Icon name="search" />
        <input
          name="text"
          type="search"
          aria-label="hash, address, name, function, block or batch"
          aria-keyshortcuts="/"
          placeholder="Search"
          autoComplete="off"
        />
        <button>Search</button>
        <kbd aria-hidden="true">/</kbd>
      </form>
      <nav class="pages" aria-label="pages">
        <ul>
          {Object.entries(PAGES).map(([page, { name }]) => (
            <li key={page}>
              <a href={page === "" ? to() : to(page)} aria-current={first === page ? "page" : undefined}>
                <Icon name={name.toLowerCase()} />
                <span class="name">{name}</span>
                {page === "messages" && ready > 0 && <span class="badge wait">{count(ready)} ready</span>}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <nav class="chains" aria-label="chains">
        <h2>Chains</h2>
        <ul>
          {info !== undefined && ecosystem !== undefined && <Members info={info} status={ecosystem.status} first={first} />}
        </ul>
      </nav>
      <div class="foot">
        <span class={isLost ? undefined : "live"}>
          <Shape name={isLost ? "off" : "up"} /> {isLost ? "Not connected" : "Live"}
        </span>
        <a href={to("proven")} class={info?.prover.mode === "none" ? "nothing" : undefined} title={info?.proven}>
          {info?.prover.mode === "none" ? "NOTHING IS PROVEN" : "What is proven"}
        </a>
        <button onClick={onKeys} aria-keyshortcuts="?">
          <kbd aria-hidden="true">?</kbd> Shortcuts
        </button>
      </div>
    </header>
  );
}

interface MembersProps {
  readonly info: EcosystemInfo;
  readonly status: EcosystemStatus;
  readonly first: string;
}

function Members({ info, status, first }: MembersProps) {
  return (
    <>
      {[info.l1, ...info.chains].map(({ name, chainId }) => {
        const state = chainShape(status.chains.find((chain) => chain.chainId === chainId));
        return (
          <li key={name}>
            <a href={to(name)} aria-current={first === name ? "page" : undefined}>
              <span
                class={`glyph lane-${laneOf(info, chainId)}`}
                data-letter={chainId === info.l1.chainId ? "1" : name.slice(0, 1)}
                aria-hidden="true"
              />
              <span class="name cut">{name}</span>
              <span class={`mark ${state.kind}`}>
                <Shape name={state.shape} label={state.label} />
              </span>
            </a>
          </li>
        );
      })}
    </>
  );
}

interface ChainShape {
  readonly kind: "good" | "under-way" | "bad" | "quiet";
  readonly shape: ShapeName;
  readonly label: string;
}

/** State of a chain as a shape; L1, which has no status, runs. */
export function chainShape(chain: EcosystemStatus["chains"][number] | undefined): ChainShape {
  if (chain?.ended === true) return { kind: "bad", shape: "fail", label: "ended" };
  if (chain?.fault !== undefined) return { kind: "bad", shape: "fail", label: `stopped: ${chain.fault}` };
  if (chain?.stopped === true) return { kind: "quiet", shape: "off", label: "paused" };
  if (chain?.stuck !== undefined) return { kind: "under-way", shape: "none", label: "runs, but seals nothing" };
  if (chain?.waitsFor !== undefined) return { kind: "under-way", shape: "none", label: `waits: ${chain.waitsFor}` };
  return { kind: "good", shape: "up", label: "runs" };
}

function search(event: Event): void {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const text = String(new FormData(form).get("text") ?? "").trim();
  if (text !== "") location.hash = to("search", text).slice(1);
  form.reset();
}

/** The hash names a page, so the link cannot use it. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}
