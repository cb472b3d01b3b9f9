import type { MessagePort } from "node:worker_threads";
import type { Backend } from "../kernels/backend.ts";
import type { CardSetup } from "./card-setup.ts";
import { ProvingBackends } from "./proving-backends.ts";

/**
 * Opener of a proving thread's backends. The code for cards is loaded only for a card. To be awaited before the thread listens
 * to its port: the card's end is a message.
 */
export async function backendsOpener(
  card: CardSetup | undefined,
  port: MessagePort,
): Promise<(processor: Backend) => ProvingBackends> {
  if (card === undefined) return (processor) => new ProvingBackends(processor);
  const { openBackends } = await import("./open-backends.ts");
  return (processor) => openBackends(processor, card, port);
}
