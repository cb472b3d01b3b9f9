import { MessageError, type Message } from "../api/message.ts";

/** Moves the ecosystem until the message has arrived; why it did not, or failed there. Rejects with any other error. */
export async function failureOf(message: Message): Promise<MessageError | undefined> {
  try {
    await message.delivered();
    return undefined;
  } catch (error) {
    if (error instanceof MessageError) return error;
    throw error;
  }
}
