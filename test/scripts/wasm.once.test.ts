import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { assemble } from '../../scripts/wasm/assemble.js';
import { programModule, programs } from '../../scripts/wasm/programModule.js';

const read = (name: string): string =>
  readFileSync(new URL(`../../src/internal/wasm/${name}`, import.meta.url), 'utf8');

test.each(programs)('src/internal/wasm/%sProgram.ts is what npm run kernels makes of its text', (name) => {
  expect(read(`${name}Program.ts`)).toBe(programModule(name, read(`${name}.wat`)));
});

const addition = `(module
  (import "here" "memory" (memory 1 4)) ;; in pages
  (func (export "add") (param $by f32) (param $at i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $at) (i32.const 800)))
    (block $never
      (br_if $never (i32.lt_u (local.get $end) (local.get $at)))
      (loop $next
        (v128.store offset=1024 (local.get $at)
          (f32x4.add (f32x4.splat (local.get $by)) (v128.load (local.get $at))))
        (br_if $next (i32.ne (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end)))))))`;

test('assemble(text) makes a module that runs', () => {
  const { bytes } = assemble(addition);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { here: { memory } });
  const floats = new Float32Array(memory.buffer);
  for (let i = 0; i < 200; i++) floats[i] = i;
  (exports['add'] as (by: number, at: number) => void)(-0.5, 0);
  expect([...floats.subarray(256, 456)]).toEqual(Array.from({ length: 200 }, (_, i) => i - 0.5));
});

test('with the byte at sharedAt set to 3, the module takes memory of threads', () => {
  const { bytes, sharedAt } = assemble(addition);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
  const start = (): unknown => new WebAssembly.Instance(new WebAssembly.Module(bytes), { here: { memory } });
  expect(start).toThrow(WebAssembly.LinkError);
  bytes[sharedAt] = 3;
  expect(start).not.toThrow();
});

test('assemble names what it does not know', () => {
  const module = (body: string): string => `(module (import "a" "b" (memory 1 1)) (func (export "f") ${body}))`;
  expect(() => assemble(module('(f64.sqrt)'))).toThrow('there is no instruction f64.sqrt');
  expect(() => assemble(module('(local.get $x)'))).toThrow('local.get: there is no $x');
  expect(() => assemble('(module (func')).toThrow('a parenthesis is not closed');
});
