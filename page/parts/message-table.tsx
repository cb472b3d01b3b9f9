import type { MessageInfo } from "../answers.ts";
import { hasArrived } from "../message-steps.ts";
import { Mark, Table } from "./layout.tsx";
import { MessageLink, useChainName } from "./links.tsx";

/** Newest first. */
export function MessageTable({
  messages,
  caption,
  most,
}: {
  readonly messages: readonly MessageInfo[];
  readonly caption: string;
  readonly most: number;
}) {
  const nameOf = useChainName();
  const shown = messages.slice(-most).reverse();
  return (
    <>
      <Table
        caption={caption}
        columns={["message", "what", "from", "to", "where it is"]}
        empty="No message has been sent between chains yet."
        rows={shown.map((message) => ({
          key: `${message.sourceChainId}:${message.messageHash}:${message.sender}`,
          cells: [
            <MessageLink hash={message.messageHash} sourceChainId={message.sourceChainId} />,
            message.type,
            nameOf(message.sourceChainId),
            nameOf(message.destinationChainId),
            <Where message={message} />,
          ],
        }))}
      />
      {messages.length > shown.length && (
        <p class="quiet">{messages.length - shown.length} older messages are not shown; search finds them.</p>
      )}
    </>
  );
}

/** Where a message is, in a few words. */
export function Where({ message }: { readonly message: MessageInfo }) {
  if (message.stuck !== undefined) return <Mark kind="bad">stuck: {message.stuck.why}</Mark>;
  if (message.waitingFor === undefined) return <Mark kind="good">all steps done</Mark>;
  return hasArrived(message) ? (
    <Mark kind="good">arrived; waits until {message.waitingFor}</Mark>
  ) : (
    <Mark kind="under-way">waits until {message.waitingFor}</Mark>
  );
}
