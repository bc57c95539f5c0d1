;; Loops over an optimiser's vectors in the memory of TensorFlow.js's wasm backend.
;; All vectors are float32, all addresses and lengths in bytes. `npm run kernels` makes vectorsProgram.ts of it.
(module
  (import "tfjs" "memory" (memory 1 65536))

  ;; out[r] = sum of a[r, c] * g[r, c] over c, and other[r] that of b and g, for rows of `length`; at least one row. Four sums of
  ;; each at a time, as none waits for another.
  (func (export "rowDots") (param $a i32) (param $b i32) (param $g i32) (param $rows i32) (param $length i32)
    (param $out i32) (param $other i32)
    (local $vectors i32) (local $end i32) (local $last i32) (local $x v128) (local $u v128) (local $v v128)
    (local $a0 v128) (local $a1 v128) (local $a2 v128) (local $a3 v128)
    (local $b0 v128) (local $b1 v128) (local $b2 v128) (local $b3 v128)
    (local.set $vectors (i32.and (local.get $length) (i32.const -64)))
    (local.set $last (i32.add (local.get $out) (i32.shl (local.get $rows) (i32.const 2))))
    (loop $row
      (local.set $a0 (v128.const f32x4 0 0 0 0))
      (local.set $a1 (v128.const f32x4 0 0 0 0))
      (local.set $a2 (v128.const f32x4 0 0 0 0))
      (local.set $a3 (v128.const f32x4 0 0 0 0))
      (local.set $b0 (v128.const f32x4 0 0 0 0))
      (local.set $b1 (v128.const f32x4 0 0 0 0))
      (local.set $b2 (v128.const f32x4 0 0 0 0))
      (local.set $b3 (v128.const f32x4 0 0 0 0))
      (local.set $end (i32.add (local.get $g) (local.get $vectors)))
      (block $short
        (br_if $short (i32.eq (local.get $g) (local.get $end)))
        (loop $sixteen
          (local.set $x (v128.load (local.get $g)))
          (local.set $a0 (f32x4.add (local.get $a0) (f32x4.mul (v128.load (local.get $a)) (local.get $x))))
          (local.set $b0 (f32x4.add (local.get $b0) (f32x4.mul (v128.load (local.get $b)) (local.get $x))))
          (local.set $x (v128.load offset=16 (local.get $g)))
          (local.set $a1 (f32x4.add (local.get $a1) (f32x4.mul (v128.load offset=16 (local.get $a)) (local.get $x))))
          (local.set $b1 (f32x4.add (local.get $b1) (f32x4.mul (v128.load offset=16 (local.get $b)) (local.get $x))))
          (local.set $x (v128.load offset=32 (local.get $g)))
          (local.set $a2 (f32x4.add (local.get $a2) (f32x4.mul (v128.load offset=32 (local.get $a)) (local.get $x))))
          (local.set $b2 (f32x4.add (local.get $b2) (f32x4.mul (v128.load offset=32 (local.get $b)) (local.get $x))))
          (local.set $x (v128.load offset=48 (local.get $g)))
          (local.set $a3 (f32x4.add (local.get $a3) (f32x4.mul (v128.load offset=48 (local.get $a)) (local.get $x))))
          (local.set $b3 (f32x4.add (local.get $b3) (f32x4.mul (v128.load offset=48 (local.get $b)) (local.get $x))))
          (local.set $a (i32.add (local.get $a) (i32.const 64)))
          (local.set $b (i32.add (local.get $b) (i32.const 64)))
          (br_if $sixteen (i32.ne (local.tee $g (i32.add (local.get $g) (i32.const 64))) (local.get $end)))))
      ;; What is left of a row, one by one, beside three zeros.
      (local.set $end (i32.add (local.get $g) (i32.sub (local.get $length) (local.get $vectors))))
      (block $whole
        (br_if $whole (i32.eq (local.get $g) (local.get $end)))
        (loop $one
          (local.set $x (v128.load32_zero (local.get $g)))
          (local.set $a0 (f32x4.add (local.get $a0) (f32x4.mul (v128.load32_zero (local.get $a)) (local.get $x))))
          (local.set $b0 (f32x4.add (local.get $b0) (f32x4.mul (v128.load32_zero (local.get $b)) (local.get $x))))
          (local.set $a (i32.add (local.get $a) (i32.const 4)))
          (local.set $b (i32.add (local.get $b) (i32.const 4)))
          (br_if $one (i32.ne (local.tee $g (i32.add (local.get $g) (i32.const 4))) (local.get $end)))))
      (local.set $u (f32x4.add (f32x4.add (local.get $a0) (local.get $a1)) (f32x4.add (local.get $a2) (local.get $a3))))
      (local.set $v (f32x4.add (f32x4.add (local.get $b0) (local.get $b1)) (f32x4.add (local.get $b2) (local.get $b3))))
      (f32.store (local.get $out)
        (f32.add
          (f32.add (f32x4.extract_lane 0 (local.get $u)) (f32x4.extract_lane 1 (local.get $u)))
          (f32.add (f32x4.extract_lane 2 (local.get $u)) (f32x4.extract_lane 3 (local.get $u)))))
      (f32.store (local.get $other)
        (f32.add
          (f32.add (f32x4.extract_lane 0 (local.get $v)) (f32x4.extract_lane 1 (local.get $v)))
          (f32.add (f32x4.extract_lane 2 (local.get $v)) (f32x4.extract_lane 3 (local.get $v)))))
      (local.set $other (i32.add (local.get $other) (i32.const 4)))
      (br_if $row (i32.ne (local.tee $out (i32.add (local.get $out) (i32.const 4))) (local.get $last)))))

  ;; Of every row of three vectors, the direction d, the gradient g and the gradient before b, in one pass, with y = g - b: the
  ;; sums of b d, d d, d g, d y, y y, y g, g g and |g|, and the maxima of |g| and |d|, NaN if there is one. Each is four numbers, for
  ;; every fourth column: out[k, row, 4]. y is kept too.
  (func (export "stepSums") (param $d i32) (param $g i32) (param $b i32) (param $y i32) (param $rows i32) (param $length i32)
    (param $out i32)
    (local $end i32) (local $vectors i32) (local $by i32) (local $last i32) (local $stride i32) (local $to i32)
    (local $dv v128) (local $gv v128) (local $bv v128) (local $yv v128)
    (local $bd v128) (local $dd v128) (local $dg v128) (local $dy v128) (local $yy v128) (local $yg v128) (local $gg v128)
    (local $abs v128) (local $maxG v128) (local $maxD v128)
    (local.set $stride (i32.shl (local.get $rows) (i32.const 4)))
    (local.set $last (i32.add (local.get $out) (local.get $stride)))
    (loop $row
      (local.set $bd (v128.const f32x4 0 0 0 0))
      (local.set $dd (v128.const f32x4 0 0 0 0))
      (local.set $dg (v128.const f32x4 0 0 0 0))
      (local.set $dy (v128.const f32x4 0 0 0 0))
      (local.set $yy (v128.const f32x4 0 0 0 0))
      (local.set $yg (v128.const f32x4 0 0 0 0))
      (local.set $gg (v128.const f32x4 0 0 0 0))
      (local.set $abs (v128.const f32x4 0 0 0 0))
      (local.set $maxG (v128.const f32x4 0 0 0 0))
      (local.set $maxD (v128.const f32x4 0 0 0 0))
      (local.set $end (i32.add (local.get $d) (local.get $length)))
      (local.set $vectors (i32.add (local.get $d) (i32.and (local.get $length) (i32.const -16))))
      (loop $next
        (block $loaded
          (block $single
            (br_if $single (i32.ge_u (local.get $d) (local.get $vectors)))
            (local.set $dv (v128.load (local.get $d)))
            (local.set $gv (v128.load (local.get $g)))
            (local.set $bv (v128.load (local.get $b)))
            (v128.store (local.get $y) (local.tee $yv (f32x4.sub (local.get $gv) (local.get $bv))))
            (local.set $by (i32.const 16))
            (br_if $loaded (i32.const 1)))
          ;; What is left of a row, one by one, beside three zeros.
          (local.set $dv (v128.load32_zero (local.get $d)))
          (local.set $gv (v128.load32_zero (local.get $g)))
          (local.set $bv (v128.load32_zero (local.get $b)))
          (f32.store (local.get $y)
            (f32x4.extract_lane 0 (local.tee $yv (f32x4.sub (local.get $gv) (local.get $bv)))))
          (local.set $by (i32.const 4)))
        (local.set $bd (f32x4.add (local.get $bd) (f32x4.mul (local.get $bv) (local.get $dv))))
        (local.set $dd (f32x4.add (local.get $dd) (f32x4.mul (local.get $dv) (local.get $dv))))
        (local.set $dg (f32x4.add (local.get $dg) (f32x4.mul (local.get $dv) (local.get $gv))))
        (local.set $dy (f32x4.add (local.get $dy) (f32x4.mul (local.get $dv) (local.get $yv))))
        (local.set $yy (f32x4.add (local.get $yy) (f32x4.mul (local.get $yv) (local.get $yv))))
        (local.set $yg (f32x4.add (local.get $yg) (f32x4.mul (local.get $yv) (local.get $gv))))
        (local.set $gg (f32x4.add (local.get $gg) (f32x4.mul (local.get $gv) (local.get $gv))))
        (local.set $gv (f32x4.abs (local.get $gv)))
        (local.set $abs (f32x4.add (local.get $abs) (local.get $gv)))
        (local.set $maxG (f32x4.max (local.get $maxG) (local.get $gv)))
        (local.set $maxD (f32x4.max (local.get $maxD) (f32x4.abs (local.get $dv))))
        (local.set $g (i32.add (local.get $g) (local.get $by)))
        (local.set $b (i32.add (local.get $b) (local.get $by)))
        (local.set $y (i32.add (local.get $y) (local.get $by)))
        (br_if $next (i32.ne (local.tee $d (i32.add (local.get $d) (local.get $by))) (local.get $end))))
      (v128.store (local.tee $to (local.get $out)) (local.get $bd))
      (v128.store (local.tee $to (i32.add (local.get $to) (local.get $stride))) (local.get $dd))
      (v128.store (local.tee $to (i32.add (local.get $to) (local.get $stride))) (local.get $dg))
      (v128.store (local.tee $to (i32.add (local.get $to) (local.get $stride))) (local.get $dy))
      (v128.store (local.tee $to (i32.add (local.get $to) (local.get $stride))) (local.get $yy))
      (v128.store (local.tee $to (i32.add (local.get $to) (local.get $stride))) (local.get $yg))
      (v128.store (local.tee $to (i32.add (local.get $to) (local.get $stride))) (local.get $gg))
      (v128.store (local.tee $to (i32.add (local.get $to) (local.get $stride))) (local.get $abs))
      (v128.store (local.tee $to (i32.add (local.get $to) (local.get $stride))) (local.get $maxG))
      (v128.store (local.tee $to (i32.add (local.get $to) (local.get $stride))) (local.get $maxD))
      (br_if $row (i32.ne (local.tee $out (i32.add (local.get $out) (i32.const 16))) (local.get $last)))))

  ;; out = h * t + i * u + j * v + k * w + l * x, for vectors of `length`; `out` may be one of them.
  (func (export "combine") (param $h f32) (param $t i32) (param $i f32) (param $u i32) (param $j f32) (param $v i32)
    (param $k f32) (param $w i32) (param $l f32) (param $x i32) (param $length i32) (param $out i32)
    (local $end i32) (local $vectors i32)
    (local $hs v128) (local $is v128) (local $js v128) (local $ks v128) (local $ls v128)
    (local.set $hs (f32x4.splat (local.get $h)))
    (local.set $is (f32x4.splat (local.get $i)))
    (local.set $js (f32x4.splat (local.get $j)))
    (local.set $ks (f32x4.splat (local.get $k)))
    (local.set $ls (f32x4.splat (local.get $l)))
    (local.set $vectors (i32.and (local.get $length) (i32.const -16)))
    (local.set $end (i32.add (local.get $out) (local.get $vectors)))
    (block $short
      (br_if $short (i32.eq (local.get $out) (local.get $end)))
      (loop $four
        (v128.store (local.get $out)
          (f32x4.add
            (f32x4.add
              (f32x4.add
                (f32x4.mul (local.get $hs) (v128.load (local.get $t)))
                (f32x4.mul (local.get $is) (v128.load (local.get $u))))
              (f32x4.add
                (f32x4.mul (local.get $js) (v128.load (local.get $v)))
                (f32x4.mul (local.get $ks) (v128.load (local.get $w)))))
            (f32x4.mul (local.get $ls) (v128.load (local.get $x)))))
        (local.set $t (i32.add (local.get $t) (i32.const 16)))
        (local.set $u (i32.add (local.get $u) (i32.const 16)))
        (local.set $v (i32.add (local.get $v) (i32.const 16)))
        (local.set $w (i32.add (local.get $w) (i32.const 16)))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (br_if $four (i32.ne (local.tee $out (i32.add (local.get $out) (i32.const 16))) (local.get $end)))))
    (local.set $end (i32.add (local.get $out) (i32.sub (local.get $length) (local.get $vectors))))
    (block $whole
      (br_if $whole (i32.eq (local.get $out) (local.get $end)))
      (loop $one
        (f32.store (local.get $out)
          (f32.add
            (f32.add
              (f32.add
                (f32.mul (local.get $h) (f32.load (local.get $t)))
                (f32.mul (local.get $i) (f32.load (local.get $u))))
              (f32.add
                (f32.mul (local.get $j) (f32.load (local.get $v)))
                (f32.mul (local.get $k) (f32.load (local.get $w)))))
            (f32.mul (local.get $l) (f32.load (local.get $x)))))
        (local.set $t (i32.add (local.get $t) (i32.const 4)))
        (local.set $u (i32.add (local.get $u) (i32.const 4)))
        (local.set $v (i32.add (local.get $v) (i32.const 4)))
        (local.set $w (i32.add (local.get $w) (i32.const 4)))
        (local.set $x (i32.add (local.get $x) (i32.const 4)))
        (br_if $one (i32.ne (local.tee $out (i32.add (local.get $out) (i32.const 4))) (local.get $end))))))
)
