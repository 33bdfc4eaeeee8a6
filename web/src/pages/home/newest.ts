// Which lines of the journal are worth a look at Home. Pure.
import type { LogLine } from '../../api/types';

// Forms ask a vendor for what there is to choose from; nobody needs to know.
const READS = /\b(highlevel|mygadgetrepairs)\.\w+\.(list\w*|get|search|free_slots|find_duplicate)\b/;

/** The first lines without calls that only read. */
export function worthALook(lines: LogLine[], most: number): LogLine[] {
  return lines.filter((line) => !(line.event === 'operation_done' && READS.test(line.text))).slice(0, most);
}
