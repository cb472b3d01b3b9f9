import type { MessageInfo } from "../answers.ts";
import { isFailedStep, stepsOf, stepWords } from "../message-steps.ts";
import { to } from "../route.ts";
import { useChainName } from "./links.tsx";
import { Where } from "./message-table.tsx";

/** Steps of a message in a line, up to the present one. */
export function Journey({ message }: { readonly message: MessageInfo }) {
  const nameOf = useChainName();
  const done = new Set(message.steps.map(({ step }) => step));
  const steps = stepsOf(message);
  return (
    <p class="journey">
      <a href={to("message", message.sourceChainId, message.messageHash)}>
        {message.type} to {nameOf(message.destinationChainId)}
      </a>
      <span class="dots" role="img" aria-label={`${done.size} of ${steps.length} steps`}>
        {steps.map((step) => (
          <i key={step} class={classOf(step, message, done)} title={stepWords(step, message)} />
        ))}
      </span>
      <Where message={message} />
    </p>
  );
}

function classOf(step: string, message: MessageInfo, done: ReadonlySet<string>): string {
  if (!done.has(step)) return "";
  return isFailedStep(step, message) ? "failed" : "done";
}
