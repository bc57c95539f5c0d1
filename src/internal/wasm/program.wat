;; Loops over tensors in the memory of TensorFlow.js's wasm backend. All vectors are float32, all addresses and lengths in bytes.
;; `npm run kernels` makes program.ts of it.
(module
  (import "tfjs" "memory" (memory 1 65536))

  ;; out[r] = sum of a[r, c] * b[r, c] over c, for rows of `length`; at least one row.
  (func (export "rowDots") (param $a i32) (param $b i32) (param $rows i32) (param $length i32) (param $out i32)
    (local $vectors i32) (local $end i32) (local $last i32)
    (local $sum v128) (local $other v128) (local $tail f32)
    (local.set $vectors (i32.and (local.get $length) (i32.const -32)))
    (local.set $last (i32.add (local.get $out) (i32.shl (local.get $rows) (i32.const 2))))
    (loop $row
      (local.set $sum (v128.const f32x4 0 0 0 0))
      (local.set $other (v128.const f32x4 0 0 0 0))
      (local.set $tail (f32.const 0))
      (local.set $end (i32.add (local.get $a) (local.get $vectors)))
      (block $short
        (br_if $short (i32.eq (local.get $a) (local.get $end)))
        (loop $eight
          (local.set $sum (f32x4.add (local.get $sum)
            (f32x4.mul (v128.load (local.get $a)) (v128.load (local.get $b)))))
          (local.set $other (f32x4.add (local.get $other)
            (f32x4.mul (v128.load offset=16 (local.get $a)) (v128.load offset=16 (local.get $b)))))
          (local.set $b (i32.add (local.get $b) (i32.const 32)))
          (br_if $eight (i32.ne (local.tee $a (i32.add (local.get $a) (i32.const 32))) (local.get $end)))))
      (local.set $end (i32.add (local.get $a) (i32.sub (local.get $length) (local.get $vectors))))
      (block $whole
        (br_if $whole (i32.eq (local.get $a) (local.get $end)))
        (loop $one
          (local.set $tail (f32.add (local.get $tail) (f32.mul (f32.load (local.get $a)) (f32.load (local.get $b)))))
          (local.set $b (i32.add (local.get $b) (i32.const 4)))
          (br_if $one (i32.ne (local.tee $a (i32.add (local.get $a) (i32.const 4))) (local.get $end)))))
      (local.set $sum (f32x4.add (local.get $sum) (local.get $other)))
      (f32.store (local.get $out)
        (f32.add (local.get $tail)
          (f32.add
            (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 1 (local.get $sum)))
            (f32.add (f32x4.extract_lane 2 (local.get $sum)) (f32x4.extract_lane 3 (local.get $sum))))))
      (br_if $row (i32.ne (local.tee $out (i32.add (local.get $out) (i32.const 4))) (local.get $last)))))

  ;; out[r] = sum of |a[r, c]| over c, and out[rows + r] their maximum, NaN if there is one.
  (func (export "rowNorms") (param $a i32) (param $rows i32) (param $length i32) (param $out i32)
    (local $vectors i32) (local $end i32) (local $last i32) (local $maxima i32)
    (local $value v128) (local $sum v128) (local $most v128) (local $one f32) (local $tail f32) (local $top f32)
    (local.set $vectors (i32.and (local.get $length) (i32.const -16)))
    (local.set $maxima (i32.shl (local.get $rows) (i32.const 2)))
    (local.set $last (i32.add (local.get $out) (local.get $maxima)))
    (local.set $maxima (local.get $last))
    (loop $row
      (local.set $sum (v128.const f32x4 0 0 0 0))
      (local.set $most (v128.const f32x4 0 0 0 0))
      (local.set $tail (f32.const 0))
      (local.set $top (f32.const 0))
      (local.set $end (i32.add (local.get $a) (local.get $vectors)))
      (block $short
        (br_if $short (i32.eq (local.get $a) (local.get $end)))
        (loop $four
          (local.set $value (f32x4.abs (v128.load (local.get $a))))
          (local.set $sum (f32x4.add (local.get $sum) (local.get $value)))
          (local.set $most (f32x4.max (local.get $most) (local.get $value)))
          (br_if $four (i32.ne (local.tee $a (i32.add (local.get $a) (i32.const 16))) (local.get $end)))))
      (local.set $end (i32.add (local.get $a) (i32.sub (local.get $length) (local.get $vectors))))
      (block $whole
        (br_if $whole (i32.eq (local.get $a) (local.get $end)))
        (loop $single
          (local.set $one (f32.abs (f32.load (local.get $a))))
          (local.set $tail (f32.add (local.get $tail) (local.get $one)))
          (local.set $top (f32.max (local.get $top) (local.get $one)))
          (br_if $single (i32.ne (local.tee $a (i32.add (local.get $a) (i32.const 4))) (local.get $end)))))
      (f32.store (local.get $out)
        (f32.add (local.get $tail)
          (f32.add
            (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 1 (local.get $sum)))
            (f32.add (f32x4.extract_lane 2 (local.get $sum)) (f32x4.extract_lane 3 (local.get $sum))))))
      (f32.store (local.get $maxima)
        (f32.max (local.get $top)
          (f32.max
            (f32.max (f32x4.extract_lane 0 (local.get $most)) (f32x4.extract_lane 1 (local.get $most)))
            (f32.max (f32x4.extract_lane 2 (local.get $most)) (f32x4.extract_lane 3 (local.get $most))))))
      (local.set $maxima (i32.add (local.get $maxima) (i32.const 4)))
      (br_if $row (i32.ne (local.tee $out (i32.add (local.get $out) (i32.const 4))) (local.get $last)))))

  ;; out = i * u + j * v + k * w, for vectors of `length`; `out` may be one of them.
  (func (export "combine") (param $i f32) (param $u i32) (param $j f32) (param $v i32) (param $k f32) (param $w i32)
    (param $length i32) (param $out i32)
    (local $end i32) (local $vectors i32) (local $is v128) (local $js v128) (local $ks v128)
    (local.set $is (f32x4.splat (local.get $i)))
    (local.set $js (f32x4.splat (local.get $j)))
    (local.set $ks (f32x4.splat (local.get $k)))
    (local.set $vectors (i32.and (local.get $length) (i32.const -16)))
    (local.set $end (i32.add (local.get $out) (local.get $vectors)))
    (block $short
      (br_if $short (i32.eq (local.get $out) (local.get $end)))
      (loop $four
        (v128.store (local.get $out)
          (f32x4.add
            (f32x4.add
              (f32x4.mul (local.get $is) (v128.load (local.get $u)))
              (f32x4.mul (local.get $js) (v128.load (local.get $v))))
            (f32x4.mul (local.get $ks) (v128.load (local.get $w)))))
        (local.set $u (i32.add (local.get $u) (i32.const 16)))
        (local.set $v (i32.add (local.get $v) (i32.const 16)))
        (local.set $w (i32.add (local.get $w) (i32.const 16)))
        (br_if $four (i32.ne (local.tee $out (i32.add (local.get $out) (i32.const 16))) (local.get $end)))))
    (local.set $end (i32.add (local.get $out) (i32.sub (local.get $length) (local.get $vectors))))
    (block $whole
      (br_if $whole (i32.eq (local.get $out) (local.get $end)))
      (loop $one
        (f32.store (local.get $out)
          (f32.add
            (f32.add
              (f32.mul (local.get $i) (f32.load (local.get $u)))
              (f32.mul (local.get $j) (f32.load (local.get $v))))
            (f32.mul (local.get $k) (f32.load (local.get $w)))))
        (local.set $u (i32.add (local.get $u) (i32.const 4)))
        (local.set $v (i32.add (local.get $v) (i32.const 4)))
        (local.set $w (i32.add (local.get $w) (i32.const 4)))
        (br_if $one (i32.ne (local.tee $out (i32.add (local.get $out) (i32.const 4))) (local.get $end)))))))
