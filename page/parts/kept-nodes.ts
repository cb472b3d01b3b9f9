/**
 * Makes what shows a row, and answers the same again as long as row and messages are the same objects: Preact passes over a node
 * that it has drawn. `make` may depend on nothing else, but for contexts, which tell what they change by themselves.
 */
export function keptNodes<Row extends object, Messages, Node>(
  make: (row: Row, messages: Messages) => Node,
): (row: Row, messages: Messages) => Node {
  const made = new WeakMap<Row, { readonly messages: Messages; readonly node: Node }>();
  return (row, messages) => {
    const last = made.get(row);
    if (last?.messages === messages) return last.node;
    const node = make(row, messages);
    made.set(row, { messages, node });
    return node;
  };
}
