import { expect, test } from 'vitest';
import type { LogLine } from '../../api/types';
import { worthALook } from './newest';

const line = (id: number, event: string, text: string) => ({ id, event, text }) as LogLine;

test('calls that only read are left out; what changes something, or was refused, stays', () => {
  const lines = [
    line(6, 'operation_read', 'Looked with highlevel.tag.list for a person'),
    line(5, 'operation_done', 'Called highlevel.user.list for a person'),
    line(4, 'operation_done', 'Called highlevel.contact.add_tags for a person'),
    line(3, 'operation_refused', 'highlevel.user.list was refused'),
    line(2, 'linked', 'C-1 found'),
    line(1, 'created', 'C-2 made'),
  ];
  expect(worthALook(lines, 3).map((one) => one.id)).toEqual([4, 3, 2]);
});
