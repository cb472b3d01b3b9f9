import { Section } from "../parts/layout.tsx";
import { TransactionLink, useChainName } from "../parts/links.tsx";
import { to } from "../route.ts";
import type { Step } from "./carry-out.ts";
import type { Carried } from "./signing.ts";

const WORDS: Readonly<Record<Step["step"], string>> = {
  approval: "lets the bridge take the tokens",
  announcement: "tells other chains what the token is called",
  deposit: "deposits",
  send: "sends",
  call: "calls",
  withdraw: "withdraws",
  claim: "claims the withdrawal",
  write: "calls the contract",
  deploy: "creates the contract",
};

/** How far a request has come. */
export function Steps({ carried: { steps, state, reason } }: { readonly carried: Carried }) {
  const nameOf = useChainName();
  return (
    <Section title="What is being done">
      {state === "running" && steps.length === 0 && <p>asking what to sign…</p>}
      <ol class="steps">
        {steps.map(({ step, chainId, hash, isIncluded, created }, place) => (
          <li class={isIncluded ? "done" : "open"} key={place}>
            <span aria-hidden="true">{isIncluded ? "●" : "○"}</span> {WORDS[step]} on {nameOf(chainId)}
            {hash === undefined ? (
              `: ${state === "running" ? "sign it" : "not signed"}`
            ) : (
              <>
                , <TransactionLink chain={nameOf(chainId)} hash={hash} />
                {isIncluded ? "" : ", not included yet"}
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
      {state === "done" && <p class="proven">Done. What has to reach another chain is on its way.</p>}
      {state === "failed" && (
        <p class="bad" role="alert">
          It was not done: {reason}
        </p>
      )}
    </Section>
  );
}
