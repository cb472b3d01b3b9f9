import { text } from "./values.ts";

export const host = text(/^\S+$/, 'an interface to listen on, such as "127.0.0.1"');
