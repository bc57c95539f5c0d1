;; Loops over a network's pictures and features in the memory of TensorFlow.js's wasm backend.
;; All vectors are float32, all addresses and lengths in bytes. `npm run kernels` makes networkProgram.ts of it.
(module
  (import "tfjs" "memory" (memory 1 65536))

  ;; Winograd's points are 0, p, -p, q, -q and infinity with p = 2/3 and q = 3/2: half the rounding of 1 and 2. p1, p2, p3 are powers.

  ;; The way into Winograd's products: from the picture x, tile by tile, six by six positions of every channel d become B' d B, one
  ;; number for each of 36 matrices of as many rows as tiles. The tables $rows and $columns say where the rows and columns of the
  ;; tiles lie, four further from tile to tile: bytes into x, or -1 for zeros. $table holds the addresses of the 36 matrices and
  ;; then room for 36 addresses, 36 vectors and a row of zeros.
  (func (export "winogradInput") (param $x i32) (param $rows i32) (param $columns i32) (param $down i32) (param $across i32)
    (param $length i32) (param $table i32)
    (local $rowsEnd i32) (local $columnsEnd i32) (local $column i32) (local $pointers i32) (local $scratch i32) (local $zeros i32)
    (local $tile i32) (local $channel i32) (local $i i32) (local $j i32) (local $p i32) (local $q i32) (local $row i32) (local $at i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $e v128) (local $f v128)
    (local $t v128) (local $u v128) (local $v v128) (local $w v128)
    (local $p1 v128) (local $q1 v128) (local $p2 v128) (local $q2 v128) (local $both v128)
    (local.set $p1 (f32x4.splat (f32.const 0.6666666666666666)))
    (local.set $q1 (f32x4.splat (f32.const 1.5)))
    (local.set $p2 (f32x4.splat (f32.const 0.4444444444444444)))
    (local.set $q2 (f32x4.splat (f32.const 2.25)))
    (local.set $both (f32x4.splat (f32.const 2.6944444444444446)))
    (local.set $pointers (i32.add (local.get $table) (i32.const 144)))
    (local.set $scratch (i32.add (local.get $table) (i32.const 288)))
    (local.set $zeros (i32.add (local.get $table) (i32.const 864)))
    (local.set $rowsEnd (i32.add (local.get $rows) (i32.shl (local.get $down) (i32.const 4))))
    (local.set $columnsEnd (i32.add (local.get $columns) (i32.shl (local.get $across) (i32.const 4))))
    (loop $nextRow
      (local.set $column (local.get $columns))
      (loop $nextTile
        ;; Where the 36 positions lie.
        (local.set $p (local.get $pointers))
        (local.set $i (local.get $rows))
        (loop $nextI
          (local.set $row (i32.load (local.get $i)))
          (local.set $j (local.get $column))
          (loop $nextJ
            (local.set $at (i32.load (local.get $j)))
            (i32.store (local.get $p)
              (select
                (local.get $zeros)
                (i32.add (local.get $x) (i32.add (local.get $row) (local.get $at)))
                (i32.lt_s (i32.or (local.get $row) (local.get $at)) (i32.const 0))))
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            (br_if $nextJ
              (i32.ne
                (local.tee $j (i32.add (local.get $j) (i32.const 4)))
                (i32.add (local.get $column) (i32.const 24)))))
          (br_if $nextI
            (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.add (local.get $rows) (i32.const 24)))))
        (local.set $channel (i32.const 0))
        (loop $nextChannel
          ;; B' d, column by column.
          (local.set $p (local.get $pointers))
          (local.set $q (local.get $scratch))
          (loop $nextOfX
            (local.set $a (v128.load (i32.add (i32.load (local.get $p)) (local.get $channel))))
            (local.set $b (v128.load (i32.add (i32.load offset=24 (local.get $p)) (local.get $channel))))
            (local.set $c (v128.load (i32.add (i32.load offset=48 (local.get $p)) (local.get $channel))))
            (local.set $d (v128.load (i32.add (i32.load offset=72 (local.get $p)) (local.get $channel))))
            (local.set $e (v128.load (i32.add (i32.load offset=96 (local.get $p)) (local.get $channel))))
            (local.set $f (v128.load (i32.add (i32.load offset=120 (local.get $p)) (local.get $channel))))
            (local.set $t (f32x4.sub (local.get $e) (f32x4.mul (local.get $q2) (local.get $c))))
            (local.set $u (f32x4.mul (local.get $p1) (f32x4.sub (local.get $d) (f32x4.mul (local.get $q2) (local.get $b)))))
            (local.set $v (f32x4.sub (local.get $e) (f32x4.mul (local.get $p2) (local.get $c))))
            (local.set $w (f32x4.mul (local.get $q1) (f32x4.sub (local.get $d) (f32x4.mul (local.get $p2) (local.get $b)))))
            (v128.store (local.get $q)
              (f32x4.add (local.get $a) (f32x4.sub (local.get $e) (f32x4.mul (local.get $both) (local.get $c)))))
            (v128.store offset=96 (local.get $q) (f32x4.add (local.get $t) (local.get $u)))
            (v128.store offset=192 (local.get $q) (f32x4.sub (local.get $t) (local.get $u)))
            (v128.store offset=288 (local.get $q) (f32x4.add (local.get $v) (local.get $w)))
            (v128.store offset=384 (local.get $q) (f32x4.sub (local.get $v) (local.get $w)))
            (v128.store offset=480 (local.get $q)
              (f32x4.add (local.get $b) (f32x4.sub (local.get $f) (f32x4.mul (local.get $both) (local.get $d)))))
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            (br_if $nextOfX
              (i32.ne
                (local.tee $q (i32.add (local.get $q) (i32.const 16)))
                (i32.add (local.get $scratch) (i32.const 96)))))
          ;; (B' d) B, row by row, to the matrices.
          (local.set $p (local.get $table))
          (local.set $q (local.get $scratch))
          (local.set $at (i32.add (local.get $tile) (local.get $channel)))
          (loop $nextOfV
            (local.set $a (v128.load (local.get $q)))
            (local.set $b (v128.load offset=16 (local.get $q)))
            (local.set $c (v128.load offset=32 (local.get $q)))
            (local.set $d (v128.load offset=48 (local.get $q)))
            (local.set $e (v128.load offset=64 (local.get $q)))
            (local.set $f (v128.load offset=80 (local.get $q)))
            (local.set $t (f32x4.sub (local.get $e) (f32x4.mul (local.get $q2) (local.get $c))))
            (local.set $u (f32x4.mul (local.get $p1) (f32x4.sub (local.get $d) (f32x4.mul (local.get $q2) (local.get $b)))))
            (local.set $v (f32x4.sub (local.get $e) (f32x4.mul (local.get $p2) (local.get $c))))
            (local.set $w (f32x4.mul (local.get $q1) (f32x4.sub (local.get $d) (f32x4.mul (local.get $p2) (local.get $b)))))
            (v128.store (i32.add (i32.load (local.get $p)) (local.get $at))
              (f32x4.add (local.get $a) (f32x4.sub (local.get $e) (f32x4.mul (local.get $both) (local.get $c)))))
            (v128.store (i32.add (i32.load offset=4 (local.get $p)) (local.get $at)) (f32x4.add (local.get $t) (local.get $u)))
            (v128.store (i32.add (i32.load offset=8 (local.get $p)) (local.get $at)) (f32x4.sub (local.get $t) (local.get $u)))
            (v128.store (i32.add (i32.load offset=12 (local.get $p)) (local.get $at)) (f32x4.add (local.get $v) (local.get $w)))
            (v128.store (i32.add (i32.load offset=16 (local.get $p)) (local.get $at)) (f32x4.sub (local.get $v) (local.get $w)))
            (v128.store (i32.add (i32.load offset=20 (local.get $p)) (local.get $at))
              (f32x4.add (local.get $b) (f32x4.sub (local.get $f) (f32x4.mul (local.get $both) (local.get $d)))))
            (local.set $p (i32.add (local.get $p) (i32.const 24)))
            (br_if $nextOfV (i32.ne (local.tee $q (i32.add (local.get $q) (i32.const 96))) (local.get $zeros))))
          (br_if $nextChannel
            (i32.ne (local.tee $channel (i32.add (local.get $channel) (i32.const 16))) (local.get $length))))
        (local.set $tile (i32.add (local.get $tile) (local.get $length)))
        (br_if $nextTile
          (i32.ne (local.tee $column (i32.add (local.get $column) (i32.const 16))) (local.get $columnsEnd))))
      (br_if $nextRow (i32.ne (local.tee $rows (i32.add (local.get $rows) (i32.const 16))) (local.get $rowsEnd)))))

  ;; The way back: A' m A of the 36 products of every tile and channel, with $bias added and nothing below $least, to four by four
  ;; positions of y. The tables say where they lie; -1: nowhere. $table as above; what follows the vectors takes what goes nowhere.
  (func (export "winogradOutput") (param $y i32) (param $rows i32) (param $columns i32) (param $down i32) (param $across i32)
    (param $length i32) (param $table i32) (param $bias i32) (param $least f32)
    (local $rowsEnd i32) (local $columnsEnd i32) (local $column i32) (local $pointers i32) (local $scratch i32) (local $nowhere i32)
    (local $tile i32) (local $channel i32) (local $i i32) (local $j i32) (local $p i32) (local $q i32) (local $row i32) (local $at i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $e v128) (local $f v128)
    (local $t v128) (local $u v128) (local $v v128) (local $w v128)
    (local $p1 v128) (local $q1 v128) (local $p2 v128) (local $q2 v128) (local $p3 v128) (local $q3 v128)
    (local $add v128) (local $floor v128)
    (local.set $p1 (f32x4.splat (f32.const 0.6666666666666666)))
    (local.set $q1 (f32x4.splat (f32.const 1.5)))
    (local.set $p2 (f32x4.splat (f32.const 0.4444444444444444)))
    (local.set $q2 (f32x4.splat (f32.const 2.25)))
    (local.set $p3 (f32x4.splat (f32.const 0.2962962962962963)))
    (local.set $q3 (f32x4.splat (f32.const 3.375)))
    (local.set $floor (f32x4.splat (local.get $least)))
    (local.set $pointers (i32.add (local.get $table) (i32.const 144)))
    (local.set $scratch (i32.add (local.get $table) (i32.const 288)))
    (local.set $nowhere (i32.add (local.get $table) (i32.const 864)))
    (local.set $rowsEnd (i32.add (local.get $rows) (i32.shl (local.get $down) (i32.const 4))))
    (local.set $columnsEnd (i32.add (local.get $columns) (i32.shl (local.get $across) (i32.const 4))))
    (loop $nextRow
      (local.set $column (local.get $columns))
      (loop $nextTile
        (local.set $p (local.get $pointers))
        (local.set $i (local.get $rows))
        (loop $nextI
          (local.set $row (i32.load (local.get $i)))
          (local.set $j (local.get $column))
          (loop $nextJ
            (local.set $at (i32.load (local.get $j)))
            (i32.store (local.get $p)
              (select
                (local.get $nowhere)
                (i32.add (local.get $y) (i32.add (local.get $row) (local.get $at)))
                (i32.lt_s (i32.or (local.get $row) (local.get $at)) (i32.const 0))))
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            (br_if $nextJ
              (i32.ne
                (local.tee $j (i32.add (local.get $j) (i32.const 4)))
                (i32.add (local.get $column) (i32.const 16)))))
          (br_if $nextI
            (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.add (local.get $rows) (i32.const 16)))))
        (local.set $channel (i32.const 0))
        (loop $nextChannel
          ;; A' m, column by column.
          (local.set $p (local.get $table))
          (local.set $q (local.get $scratch))
          (local.set $at (i32.add (local.get $tile) (local.get $channel)))
          (loop $nextOfM
            (local.set $a (v128.load (i32.add (i32.load (local.get $p)) (local.get $at))))
            (local.set $b (v128.load (i32.add (i32.load offset=24 (local.get $p)) (local.get $at))))
            (local.set $c (v128.load (i32.add (i32.load offset=48 (local.get $p)) (local.get $at))))
            (local.set $d (v128.load (i32.add (i32.load offset=72 (local.get $p)) (local.get $at))))
            (local.set $e (v128.load (i32.add (i32.load offset=96 (local.get $p)) (local.get $at))))
            (local.set $f (v128.load (i32.add (i32.load offset=120 (local.get $p)) (local.get $at))))
            (local.set $t (f32x4.add (local.get $b) (local.get $c)))
            (local.set $u (f32x4.sub (local.get $b) (local.get $c)))
            (local.set $v (f32x4.add (local.get $d) (local.get $e)))
            (local.set $w (f32x4.sub (local.get $d) (local.get $e)))
            (v128.store (local.get $q) (f32x4.add (local.get $a) (f32x4.add (local.get $t) (local.get $v))))
            (v128.store offset=96 (local.get $q) (f32x4.add (f32x4.mul (local.get $p1) (local.get $u)) (f32x4.mul (local.get $q1) (local.get $w))))
            (v128.store offset=192 (local.get $q) (f32x4.add (f32x4.mul (local.get $p2) (local.get $t)) (f32x4.mul (local.get $q2) (local.get $v))))
            (v128.store offset=288 (local.get $q)
              (f32x4.add (local.get $f) (f32x4.add (f32x4.mul (local.get $p3) (local.get $u)) (f32x4.mul (local.get $q3) (local.get $w)))))
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            (br_if $nextOfM
              (i32.ne
                (local.tee $q (i32.add (local.get $q) (i32.const 16)))
                (i32.add (local.get $scratch) (i32.const 96)))))
          ;; (A' m) A, row by row, to the picture.
          (local.set $p (local.get $pointers))
          (local.set $q (local.get $scratch))
          (local.set $add (v128.load (i32.add (local.get $bias) (local.get $channel))))
          (loop $nextOfY
            (local.set $a (v128.load (local.get $q)))
            (local.set $b (v128.load offset=16 (local.get $q)))
            (local.set $c (v128.load offset=32 (local.get $q)))
            (local.set $d (v128.load offset=48 (local.get $q)))
            (local.set $e (v128.load offset=64 (local.get $q)))
            (local.set $f (v128.load offset=80 (local.get $q)))
            (local.set $t (f32x4.add (local.get $b) (local.get $c)))
            (local.set $u (f32x4.sub (local.get $b) (local.get $c)))
            (local.set $v (f32x4.add (local.get $d) (local.get $e)))
            (local.set $w (f32x4.sub (local.get $d) (local.get $e)))
            (v128.store (i32.add (i32.load (local.get $p)) (local.get $channel))
              (f32x4.max (local.get $floor) (f32x4.add (local.get $add) (f32x4.add (local.get $a) (f32x4.add (local.get $t) (local.get $v))))))
            (v128.store (i32.add (i32.load offset=4 (local.get $p)) (local.get $channel))
              (f32x4.max (local.get $floor) (f32x4.add (local.get $add) (f32x4.add (f32x4.mul (local.get $p1) (local.get $u)) (f32x4.mul (local.get $q1) (local.get $w))))))
            (v128.store (i32.add (i32.load offset=8 (local.get $p)) (local.get $channel))
              (f32x4.max (local.get $floor) (f32x4.add (local.get $add) (f32x4.add (f32x4.mul (local.get $p2) (local.get $t)) (f32x4.mul (local.get $q2) (local.get $v))))))
            (v128.store (i32.add (i32.load offset=12 (local.get $p)) (local.get $channel))
              (f32x4.max (local.get $floor)
                (f32x4.add (local.get $add) (f32x4.add (local.get $f) (f32x4.add (f32x4.mul (local.get $p3) (local.get $u)) (f32x4.mul (local.get $q3) (local.get $w)))))))
            (local.set $q (i32.add (local.get $q) (i32.const 96)))
            (br_if $nextOfY
              (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 16))) (i32.add (local.get $pointers) (i32.const 64)))))
          (br_if $nextChannel
            (i32.ne (local.tee $channel (i32.add (local.get $channel) (i32.const 16))) (local.get $length))))
        (local.set $tile (i32.add (local.get $tile) (local.get $length)))
        (br_if $nextTile
          (i32.ne (local.tee $column (i32.add (local.get $column) (i32.const 16))) (local.get $columnsEnd))))
      (br_if $nextRow (i32.ne (local.tee $rows (i32.add (local.get $rows) (i32.const 16))) (local.get $rowsEnd)))))

  ;; The way into the products of a filter's gradient: four by four positions of every channel of dy become A dy A', one number for
  ;; each of the 36 matrices. The tables are those of the way back; -1: zeros.
  (func (export "winogradGradient") (param $dy i32) (param $rows i32) (param $columns i32) (param $down i32) (param $across i32)
    (param $length i32) (param $table i32)
    (local $rowsEnd i32) (local $columnsEnd i32) (local $column i32) (local $pointers i32) (local $scratch i32) (local $zeros i32)
    (local $tile i32) (local $channel i32) (local $i i32) (local $j i32) (local $p i32) (local $q i32) (local $row i32) (local $at i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $t v128) (local $u v128) (local $v v128) (local $w v128)
    (local $p1 v128) (local $q1 v128) (local $p2 v128) (local $q2 v128) (local $p3 v128) (local $q3 v128)
    (local.set $p1 (f32x4.splat (f32.const 0.6666666666666666)))
    (local.set $q1 (f32x4.splat (f32.const 1.5)))
    (local.set $p2 (f32x4.splat (f32.const 0.4444444444444444)))
    (local.set $q2 (f32x4.splat (f32.const 2.25)))
    (local.set $p3 (f32x4.splat (f32.const 0.2962962962962963)))
    (local.set $q3 (f32x4.splat (f32.const 3.375)))
    (local.set $pointers (i32.add (local.get $table) (i32.const 144)))
    (local.set $scratch (i32.add (local.get $table) (i32.const 288)))
    (local.set $zeros (i32.add (local.get $table) (i32.const 864)))
    (local.set $rowsEnd (i32.add (local.get $rows) (i32.shl (local.get $down) (i32.const 4))))
    (local.set $columnsEnd (i32.add (local.get $columns) (i32.shl (local.get $across) (i32.const 4))))
    (loop $nextRow
      (local.set $column (local.get $columns))
      (loop $nextTile
        (local.set $p (local.get $pointers))
        (local.set $i (local.get $rows))
        (loop $nextI
          (local.set $row (i32.load (local.get $i)))
          (local.set $j (local.get $column))
          (loop $nextJ
            (local.set $at (i32.load (local.get $j)))
            (i32.store (local.get $p)
              (select
                (local.get $zeros)
                (i32.add (local.get $dy) (i32.add (local.get $row) (local.get $at)))
                (i32.lt_s (i32.or (local.get $row) (local.get $at)) (i32.const 0))))
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            (br_if $nextJ
              (i32.ne
                (local.tee $j (i32.add (local.get $j) (i32.const 4)))
                (i32.add (local.get $column) (i32.const 16)))))
          (br_if $nextI
            (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.add (local.get $rows) (i32.const 16)))))
        (local.set $channel (i32.const 0))
        (loop $nextChannel
          ;; A dy, column by column.
          (local.set $p (local.get $pointers))
          (local.set $q (local.get $scratch))
          (loop $nextOfDy
            (local.set $a (v128.load (i32.add (i32.load (local.get $p)) (local.get $channel))))
            (local.set $b (v128.load (i32.add (i32.load offset=16 (local.get $p)) (local.get $channel))))
            (local.set $c (v128.load (i32.add (i32.load offset=32 (local.get $p)) (local.get $channel))))
            (local.set $d (v128.load (i32.add (i32.load offset=48 (local.get $p)) (local.get $channel))))
            (local.set $t (f32x4.add (local.get $a) (f32x4.mul (local.get $p2) (local.get $c))))
            (local.set $u (f32x4.add (f32x4.mul (local.get $p1) (local.get $b)) (f32x4.mul (local.get $p3) (local.get $d))))
            (local.set $v (f32x4.add (local.get $a) (f32x4.mul (local.get $q2) (local.get $c))))
            (local.set $w (f32x4.add (f32x4.mul (local.get $q1) (local.get $b)) (f32x4.mul (local.get $q3) (local.get $d))))
            (v128.store (local.get $q) (local.get $a))
            (v128.store offset=64 (local.get $q) (f32x4.add (local.get $t) (local.get $u)))
            (v128.store offset=128 (local.get $q) (f32x4.sub (local.get $t) (local.get $u)))
            (v128.store offset=192 (local.get $q) (f32x4.add (local.get $v) (local.get $w)))
            (v128.store offset=256 (local.get $q) (f32x4.sub (local.get $v) (local.get $w)))
            (v128.store offset=320 (local.get $q) (local.get $d))
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            (br_if $nextOfDy
              (i32.ne
                (local.tee $q (i32.add (local.get $q) (i32.const 16)))
                (i32.add (local.get $scratch) (i32.const 64)))))
          ;; (A dy) A', row by row, to the matrices.
          (local.set $p (local.get $table))
          (local.set $q (local.get $scratch))
          (local.set $at (i32.add (local.get $tile) (local.get $channel)))
          (loop $nextOfM
            (local.set $a (v128.load (local.get $q)))
            (local.set $b (v128.load offset=16 (local.get $q)))
            (local.set $c (v128.load offset=32 (local.get $q)))
            (local.set $d (v128.load offset=48 (local.get $q)))
            (local.set $t (f32x4.add (local.get $a) (f32x4.mul (local.get $p2) (local.get $c))))
            (local.set $u (f32x4.add (f32x4.mul (local.get $p1) (local.get $b)) (f32x4.mul (local.get $p3) (local.get $d))))
            (local.set $v (f32x4.add (local.get $a) (f32x4.mul (local.get $q2) (local.get $c))))
            (local.set $w (f32x4.add (f32x4.mul (local.get $q1) (local.get $b)) (f32x4.mul (local.get $q3) (local.get $d))))
            (v128.store (i32.add (i32.load (local.get $p)) (local.get $at)) (local.get $a))
            (v128.store (i32.add (i32.load offset=4 (local.get $p)) (local.get $at)) (f32x4.add (local.get $t) (local.get $u)))
            (v128.store (i32.add (i32.load offset=8 (local.get $p)) (local.get $at)) (f32x4.sub (local.get $t) (local.get $u)))
            (v128.store (i32.add (i32.load offset=12 (local.get $p)) (local.get $at)) (f32x4.add (local.get $v) (local.get $w)))
            (v128.store (i32.add (i32.load offset=16 (local.get $p)) (local.get $at)) (f32x4.sub (local.get $v) (local.get $w)))
            (v128.store (i32.add (i32.load offset=20 (local.get $p)) (local.get $at)) (local.get $d))
            (local.set $p (i32.add (local.get $p) (i32.const 24)))
            (br_if $nextOfM
              (i32.ne (local.tee $q (i32.add (local.get $q) (i32.const 64))) (i32.add (local.get $scratch) (i32.const 384)))))
          (br_if $nextChannel
            (i32.ne (local.tee $channel (i32.add (local.get $channel) (i32.const 16))) (local.get $length))))
        (local.set $tile (i32.add (local.get $tile) (local.get $length)))
        (br_if $nextTile
          (i32.ne (local.tee $column (i32.add (local.get $column) (i32.const 16))) (local.get $columnsEnd))))
      (br_if $nextRow (i32.ne (local.tee $rows (i32.add (local.get $rows) (i32.const 16))) (local.get $rowsEnd)))))

  ;; out[i, j] += sum of a[r, i] * b[r, j] over r, for at least one row; rows of a are 4 numbers or a multiple, rows of b 8. With
  ;; $above -1 only where j is not below i (and in the blocks on the diagonal), with 0 everywhere.
  (func (export "addOuterProducts") (param $a i32) (param $b i32) (param $rows i32) (param $aLength i32) (param $bLength i32)
    (param $above i32) (param $out i32)
    (local $end i32) (local $aEnd i32) (local $p i32) (local $q i32) (local $to i32) (local $to1 i32) (local $to2 i32) (local $to3 i32)
    (local $begin i32) (local $column i32) (local $x v128) (local $u v128) (local $v v128)
    (local $u0 v128) (local $v0 v128) (local $u1 v128) (local $v1 v128)
    (local $u2 v128) (local $v2 v128) (local $u3 v128) (local $v3 v128)
    (local.set $begin (local.get $a))
    (local.set $aEnd (i32.add (local.get $a) (local.get $aLength)))
    (local.set $rows (i32.mul (local.get $rows) (local.get $aLength)))
    (loop $nextFour
      (local.set $column
        (i32.and (local.get $above) (i32.and (i32.sub (local.get $a) (local.get $begin)) (i32.const -32))))
      (local.set $end (i32.add (local.get $a) (local.get $rows)))
      (loop $nextEight
        (local.set $to (i32.add (local.get $out) (local.get $column)))
        (local.set $to1 (i32.add (local.get $to) (local.get $bLength)))
        (local.set $to2 (i32.add (local.get $to1) (local.get $bLength)))
        (local.set $to3 (i32.add (local.get $to2) (local.get $bLength)))
        (local.set $u0 (v128.const f32x4 0 0 0 0))
        (local.set $v0 (v128.const f32x4 0 0 0 0))
        (local.set $u1 (v128.const f32x4 0 0 0 0))
        (local.set $v1 (v128.const f32x4 0 0 0 0))
        (local.set $u2 (v128.const f32x4 0 0 0 0))
        (local.set $v2 (v128.const f32x4 0 0 0 0))
        (local.set $u3 (v128.const f32x4 0 0 0 0))
        (local.set $v3 (v128.const f32x4 0 0 0 0))
        (local.set $p (local.get $a))
        (local.set $q (i32.add (local.get $b) (local.get $column)))
        (loop $nextRow
          (local.set $u (v128.load (local.get $q)))
          (local.set $v (v128.load offset=16 (local.get $q)))
          (local.set $x (v128.load32_splat (local.get $p)))
          (local.set $u0 (f32x4.add (local.get $u0) (f32x4.mul (local.get $x) (local.get $u))))
          (local.set $v0 (f32x4.add (local.get $v0) (f32x4.mul (local.get $x) (local.get $v))))
          (local.set $x (v128.load32_splat offset=4 (local.get $p)))
          (local.set $u1 (f32x4.add (local.get $u1) (f32x4.mul (local.get $x) (local.get $u))))
          (local.set $v1 (f32x4.add (local.get $v1) (f32x4.mul (local.get $x) (local.get $v))))
          (local.set $x (v128.load32_splat offset=8 (local.get $p)))
          (local.set $u2 (f32x4.add (local.get $u2) (f32x4.mul (local.get $x) (local.get $u))))
          (local.set $v2 (f32x4.add (local.get $v2) (f32x4.mul (local.get $x) (local.get $v))))
          (local.set $x (v128.load32_splat offset=12 (local.get $p)))
          (local.set $u3 (f32x4.add (local.get $u3) (f32x4.mul (local.get $x) (local.get $u))))
          (local.set $v3 (f32x4.add (local.get $v3) (f32x4.mul (local.get $x) (local.get $v))))
          (local.set $q (i32.add (local.get $q) (local.get $bLength)))
          (br_if $nextRow (i32.ne (local.tee $p (i32.add (local.get $p) (local.get $aLength))) (local.get $end))))
        (v128.store (local.get $to) (f32x4.add (v128.load (local.get $to)) (local.get $u0)))
        (v128.store offset=16 (local.get $to) (f32x4.add (v128.load offset=16 (local.get $to)) (local.get $v0)))
        (v128.store (local.get $to1) (f32x4.add (v128.load (local.get $to1)) (local.get $u1)))
        (v128.store offset=16 (local.get $to1) (f32x4.add (v128.load offset=16 (local.get $to1)) (local.get $v1)))
        (v128.store (local.get $to2) (f32x4.add (v128.load (local.get $to2)) (local.get $u2)))
        (v128.store offset=16 (local.get $to2) (f32x4.add (v128.load offset=16 (local.get $to2)) (local.get $v2)))
        (v128.store (local.get $to3) (f32x4.add (v128.load (local.get $to3)) (local.get $u3)))
        (v128.store offset=16 (local.get $to3) (f32x4.add (v128.load offset=16 (local.get $to3)) (local.get $v3)))
        (br_if $nextEight
          (i32.ne (local.tee $column (i32.add (local.get $column) (i32.const 32))) (local.get $bLength))))
      (local.set $out (i32.add (local.get $out) (i32.shl (local.get $bLength) (i32.const 2))))
      (br_if $nextFour (i32.ne (local.tee $a (i32.add (local.get $a) (i32.const 16))) (local.get $aEnd)))))

  ;; out[r, c] = x[r, c] - shift[c], and sums[c] += their sum over r; for at least one row of 4 numbers or a multiple.
  (func (export "lessShift") (param $x i32) (param $rows i32) (param $length i32) (param $shift i32) (param $out i32) (param $sums i32)
    (local $channel i32) (local $p i32) (local $q i32) (local $end i32) (local $s v128) (local $v v128) (local $sum v128)
    (local.set $rows (i32.mul (local.get $rows) (local.get $length)))
    (loop $nextFour
      (local.set $s (v128.load (i32.add (local.get $shift) (local.get $channel))))
      (local.set $sum (v128.const f32x4 0 0 0 0))
      (local.set $p (i32.add (local.get $x) (local.get $channel)))
      (local.set $q (i32.add (local.get $out) (local.get $channel)))
      (local.set $end (i32.add (local.get $p) (local.get $rows)))
      (loop $nextRow
        (local.set $v (f32x4.sub (v128.load (local.get $p)) (local.get $s)))
        (v128.store (local.get $q) (local.get $v))
        (local.set $sum (f32x4.add (local.get $sum) (local.get $v)))
        (local.set $q (i32.add (local.get $q) (local.get $length)))
        (br_if $nextRow (i32.ne (local.tee $p (i32.add (local.get $p) (local.get $length))) (local.get $end))))
      (local.set $p (i32.add (local.get $sums) (local.get $channel)))
      (v128.store (local.get $p) (f32x4.add (v128.load (local.get $p)) (local.get $sum)))
      (br_if $nextFour
        (i32.ne (local.tee $channel (i32.add (local.get $channel) (i32.const 16))) (local.get $length)))))

  ;; m[i, j] = m[j, i] for j below i: a symmetric matrix of its part above the diagonal. $length is that of a row.
  (func (export "mirror") (param $m i32) (param $length i32)
    (local $row i32) (local $end i32) (local $p i32) (local $q i32) (local $diagonal i32)
    (local.set $row (local.get $m))
    (local.set $end (i32.add (local.get $m) (i32.mul (i32.shr_u (local.get $length) (i32.const 2)) (local.get $length))))
    (loop $nextRow
      (local.set $p (local.get $row))
      (local.set $q (i32.add (local.get $m) (local.get $diagonal)))
      (block $done
        (br_if $done (i32.eq (local.get $diagonal) (i32.const 0)))
        (loop $next
          (f32.store (local.get $p) (f32.load (local.get $q)))
          (local.set $q (i32.add (local.get $q) (local.get $length)))
          (br_if $next
            (i32.ne
              (local.tee $p (i32.add (local.get $p) (i32.const 4)))
              (i32.add (local.get $row) (local.get $diagonal))))))
      (local.set $diagonal (i32.add (local.get $diagonal) (i32.const 4)))
      (br_if $nextRow (i32.ne (local.tee $row (i32.add (local.get $row) (local.get $length))) (local.get $end)))))
)
