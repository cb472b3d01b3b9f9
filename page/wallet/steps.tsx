import { Section } from "../parts/layout.tsx";
import { TransactionLink, useChainName } from "../parts/links.tsx";
import { to } from "../route.ts";
import type { Step } from "./carry-out.ts";
import type { Carried } from "./signing.ts";

const WORDS: Readonly<Record<Step["step"], string>> = {
  approval: "lets the bridge take the tokens",
  announcement: "tells other chains what the token is called",
  contract: "puts a contract there that the act needs",
  deposit: "deposits",
  send: "sends",
  list: "sends in a list",
  call: "calls",
  callTogether: "calls on several chains",
  swap: "swaps",
  withdraw: "withdraws",
  claim: "claims the withdrawal",
  execute: "makes the call",
  announce: "announces the token's name",
  describe: "brings the token's name",
  deliver: "delivers the message",
  bringRoot: "brings the root",
  refund: "reclaims an operation that the chain never took",
  claimListed: "claims what a list could not pay",
  callAfterExit: "calls from the account of the ended chain",
  mark: "marks the chain as silent",
  pointName: "points the name",
  transferName: "passes the name on",
  chooseName: "chooses the name",
  freeze: "freezes the versions",
  softFreeze: "freezes the versions softly",
  unfreeze: "ends the version's freeze",
  approveHalt: "agrees to the version's halt",
  write: "calls the contract",
  deploy: "creates the contract",
};

/** Progress of a request. */
export function Steps({ carried: { steps, state, reason } }: { readonly carried: Carried }) {
  const nameOf = useChainName();
  return (
    <Section title="What is being done">
      {state === "running" && steps.length === 0 && <p>asking what to sign…</p>}
      <ol class="steps">
        {steps.map(({ step, chainId, hash, isIncluded, hasFailed, created }, place) => (
          <li class={hasFailed ? "bad" : isIncluded ? "done" : "open"} key={place}>
            <span aria-hidden="true">{hasFailed ? "✗" : isIncluded ? "●" : "○"}</span> {WORDS[step]} on {nameOf(chainId)}
            {hash === undefined ? (
              `: ${state === "running" ? "sign it" : "not signed"}`
            ) : (
              <>
                , <TransactionLink chain={nameOf(chainId)} hash={hash} />
                {hasFailed ? ": failed" : isIncluded ? "" : ", not included yet"}
                {created !== undefined && (
                  <>
                    : <a href={to(nameOf(chainId), "address", created)}>{created}</a>
                  </>
                )}
              </>
            )}
          </li>
        ))}
      </ol>
      {state === "done" && (
        <p class="proven">
          Done.{steps.some(({ beginsMessage }) => beginsMessage) && " What has to reach another chain is on its way."}
        </p>
      )}
      {state === "failed" && (
        <p class="bad" role="alert">
          {steps.some(({ hasFailed }) => hasFailed) ? "It failed" : "It was not done"}: {reason}
        </p>
      )}
    </Section>
  );
}
