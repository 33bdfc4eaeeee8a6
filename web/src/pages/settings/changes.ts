// The changelog, taken apart: headings, items and paragraphs. It has no other Markdown but back ticks.

export type Block = { is: 'heading' | 'item' | 'text'; text: string };

export function blocks(markdown: string): Block[] {
  const found: Block[] = [];
  let open: Block | null = null;
  for (const line of markdown.split('\n')) {
    const heading = /^#{2,}\s+(.*)$/.exec(line);
    const item = /^[-*]\s+(.*)$/.exec(line);
    if (line.startsWith('# ') || line.trim() === '') {
      open = null;
    } else if (heading) {
      found.push({ is: 'heading', text: plain(heading[1] ?? '') });
      open = null;
    } else if (item) {
      open = { is: 'item', text: plain(item[1] ?? '') };
      found.push(open);
    } else if (open) {
      open.text += ` ${plain(line.trim())}`;
    } else {
      open = { is: 'text', text: plain(line.trim()) };
      found.push(open);
    }
  }
  return found;
}

function plain(text: string): string {
  return text.replace(/`([^`]*)`/g, '$1').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}
