// The node's event stream as text: docs/spec/api.md section 5. Pure: a piece of text in, whole events out.

export interface NodeEvent {
  id: string;
  name: string; // "" for a change, hello, reset, end
  value: Record<string, unknown>;
}

export class EventText {
  private left = "";

  // Gives the events that the piece completes. A comment is a beat and gives none.
  take(piece: string): NodeEvent[] {
    const blocks = (this.left + piece).split("\n\n");
    this.left = blocks.pop() ?? "";
    return blocks.flatMap((block) => readBlock(block) ?? []);
  }
}

function readBlock(block: string): NodeEvent | undefined {
  const event = { id: "", name: "" };
  const lines: string[] = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("id: "))
      event.id = line.slice(4);
    else if (line.startsWith("event: "))
      event.name = line.slice(7);
    else if (line.startsWith("data: "))
      lines.push(line.slice(6));
  }
  return lines.length > 0 ? { ...event, value: JSON.parse(lines.join("\n")) as Record<string, unknown> } : undefined;
}
