// Which lines of the journal are worth a look at Home. Pure.
import type { LogLine } from '../../api/types';

// Journals of earlier versions do not tell reading from changing. Forms ask a vendor for what there is to choose from; nobody needs to know.
const READS = /\b(highlevel|mygadgetrepairs)\.\w+\.(list\w*|get|search|free_slots|find_duplicate)\b/;

/** The first lines without calls that only read. */
export function worthALook(lines: LogLine[], most: number): LogLine[] {
  const onlyRead = (line: LogLine) => line.event === 'operation_read' || (line.event === 'operation_done' && READS.test(line.text));
  return lines.filter((line) => !onlyRead(line)).slice(0, most);
}
