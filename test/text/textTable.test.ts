import { describe, expect, it } from 'vitest';
import { type TextColumn, tableWidth, textTable } from '../../src/text/textTable.js';

const columns: TextColumn[] = [
  { title: 'layer', cells: ['stem', 'encoder.layer.0.attention', 'encoder.layer.1.attention'], isName: true },
  { title: 'dim', cells: ['6', '120', '7'], align: 'right' },
  { title: 'note', cells: ['', 'tail', ''] },
];

describe('a table', () => {
  it('is as wide as its widest cells, with two blanks between', () => {
    // 25 + 2 + 3 + 2 + 4
    expect(tableWidth(columns)).toBe(36);
    expect(tableWidth([{ title: '層層', cells: ['abc'] }])).toBe(4);
  });

  it('has its columns one under the other, numbers to the right, and no blanks at the end', () => {
    expect(textTable(columns, 80, '…')).toEqual({
      head: 'layer                      dim  note',
      lines: [
        'stem                         6',
        'encoder.layer.0.attention  120  tail',
        'encoder.layer.1.attention    7',
      ],
    });
  });

  it('cuts names, which stay different, where there is no room', () => {
    const { head, lines } = textTable(columns, 28, '…');
    // 28 − 2 − 3 − 2 − 4 = 17 for the names.
    expect(head).toBe('layer              dim  note');
    expect(lines[0]).toBe('stem                 6');
    expect(lines[1].slice(17)).toBe('  120  tail');
    expect(new Set(lines.map((line) => line.slice(0, 17))).size).toBe(3);
    expect(lines[1].slice(0, 17)).toContain('…');
  });

  it('shares the room among columns of names, and gives none more than it needs', () => {
    const two: TextColumn[] = [
      { title: 'a', cells: ['x'.repeat(30)], isName: true },
      { title: 'b', cells: ['short'], isName: true },
      { title: 'n', cells: ['1'], align: 'right' },
    ];
    // 30 − 2 − 2 − 1 = 25, of which the second takes 5.
    const [line] = textTable(two, 30, '…').lines;
    expect(line).toMatch(/^x+…x+ {2}short {2}1$/);
    expect(line).toHaveLength(30);
    expect(textTable(two, 12, '…').lines[0]).toHaveLength(12);
  });

  it('never cuts a title, however little room there is', () => {
    const { head } = textTable(columns, 1, '…');
    expect(head).toBe('layer  dim  note');
  });

  it('paints cells that have their width, with the row that they stand in', () => {
    const painted: TextColumn[] = [
      { title: 'layer', cells: ['a', 'bb'], paint: (cell, row) => `<${row}${cell}>` },
      { title: 'note', cells: ['', 'x'], paint: (cell) => `[${cell}]` },
    ];
    expect(textTable(painted, 80, '…').lines).toEqual(['<0a    >', '<1bb   >  [x]']);
  });
});
