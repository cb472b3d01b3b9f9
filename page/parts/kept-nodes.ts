/**
 * Caches the node of a row while row and messages are the same objects, because Preact skips an unchanged
 * node. `make` may depend on nothing else except contexts, which report their changes.
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
