import { expect, it } from 'vitest';
import { blocks } from './changes';

it('takes a changelog apart', () => {
  const text = '# Changelog\n\nWhat users notice.\n\n## 1.0\n\n- One `word`,\n  on two lines.\n- [Two](x).\n';
  expect(blocks(text)).toEqual([
    { is: 'text', text: 'What users notice.' },
    { is: 'heading', text: '1.0' },
    { is: 'item', text: 'One word, on two lines.' },
    { is: 'item', text: 'Two.' },
  ]);
  expect(blocks('')).toEqual([]);
});
