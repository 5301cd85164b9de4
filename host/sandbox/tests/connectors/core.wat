;; A publisher with one endpoint. `prepare` covers all operations by one request, `settle` accepts all.
;; An operation whose SKU begins with `X`, or an answer whose body does, is poison. As a feed, it writes empty rows.
(core module $main
  (import "host" "memory" (memory 2))
  (import "host" "log" (func $log (param i32 i32 i32)))
  (global $heap (mut i32) (i32.const 65536))
  ;; Whether what is accepted gets `/items` as its remote id.
  (global $named (mut i32) (i32.const 0))
  (data (i32.const 16) "/items")
  (data (i32.const 32) "feed.csvtext/csv")
  (data (i32.const 64) "\20\00\00\00\08\00\00\00\28\00\00\00\08")
  (data (i32.const 1024) "DESCRIPTION")
  EXTRA

  (func $allocate (param $bytes i32) (result i32)
    (call $realloc (i32.const 0) (i32.const 0) (i32.const 8) (local.get $bytes)))
  (func $realloc (export "realloc") (param i32 i32 i32) (param $bytes i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 15)) (i32.const -16)))
    (global.set $heap (i32.add (local.get $at) (local.get $bytes)))
    (block $fits (loop $more
      (br_if $fits (i32.le_u (global.get $heap) (i32.shl (memory.size) (i32.const 16))))
      (drop (memory.grow (i32.const 1)))
      (br $more)))
    (local.get $at))

  (func $poison POISON)
  (func $taste (param $text i32)
    (if (i32.eq (i32.load8_u (local.get $text)) (i32.const 88)) (then (call $poison))))

  (func (export "describe") (result i32) DESCRIBE (i32.const 1024))

  (func (export "prepare") (param i32 i32 i32 i32 i32 i32 i32 i32) (param $operations i32) (param $count i32)
    (result i32)
    (local $index i32) (local $covers i32) (local $exchange i32) (local $preparation i32)
    (local.set $covers (call $allocate (i32.shl (local.get $count) (i32.const 2))))
    PREPARE
    (loop $next
      (call $taste (i32.load offset=4
        (i32.add (local.get $operations) (i32.mul (local.get $index) (i32.const 56)))))
      (i32.store (i32.add (local.get $covers) (i32.shl (local.get $index) (i32.const 2))) (local.get $index))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $index) (local.get $count))))
    (local.set $exchange (call $allocate (i32.const 64)))
    (i32.store8 offset=0 (local.get $exchange) (i32.const 1))
    (i32.store offset=8 (local.get $exchange) (i32.const 16))
    (i32.store offset=12 (local.get $exchange) (i32.const 6))
    (i32.store offset=36 (local.get $exchange) (local.get $covers))
    (i32.store offset=40 (local.get $exchange) (i32.sub (local.get $count) (i32.const LOST)))
    (local.set $preparation (call $allocate (i32.const 16)))
    (i32.store offset=0 (local.get $preparation) (local.get $exchange))
    (i32.store offset=4 (local.get $preparation) (i32.const 1))
    (local.get $preparation))

  (func (export "settle") (param i32 i32 i32 i32 i32 i32 i32 i32) (param $answers i32) (param $count i32)
    (result i32)
    (local $index i32) (local $answer i32) (local $settlements i32) (local $settlement i32) (local $list i32)
    SETTLE
    (local.set $settlements (call $allocate (i32.shl (local.get $count) (i32.const 4))))
    (loop $next
      (local.set $answer (i32.add (local.get $answers) (i32.shl (local.get $index) (i32.const 5))))
      (call $taste (i32.load offset=24 (local.get $answer)))
      (local.set $settlement
        (i32.add (local.get $settlements) (i32.shl (local.get $index) (i32.const 4))))
      (i32.store offset=0 (local.get $settlement) (call $accept (i32.load offset=8 (local.get $answer))))
      (i32.store offset=4 (local.get $settlement) (i32.load offset=8 (local.get $answer)))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $index) (local.get $count))))
    (local.set $list (call $allocate (i32.const 8)))
    (i32.store offset=0 (local.get $list) (local.get $settlements))
    (i32.store offset=4 (local.get $list) (local.get $count))
    (local.get $list))

  (func (export "head") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) HEAD (i32.const 64))
  (func (export "rows") (param i32 i32 i32 i32 i32 i32 i32 i32) (param $items i32) (param $count i32) (result i32)
    ROWS (i32.const 96))
  (func (export "tail") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) TAIL (i32.const 96))

  (func $accept (param $covers i32) (result i32)
    (local $outcomes i32) (local $outcome i32) (local $index i32)
    (local.set $outcomes (call $allocate (i32.shl (local.get $covers) (i32.const 6))))
    (loop $next
      (local.set $outcome (i32.add (local.get $outcomes) (i32.shl (local.get $index) (i32.const 6))))
      (i32.store offset=0 (local.get $outcome) (local.get $index))
      (i32.store offset=16 (local.get $outcome) (global.get $named))
      (i32.store offset=20 (local.get $outcome) (i32.const 16))
      (i32.store offset=24 (local.get $outcome) (i32.const 6))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $index) (local.get $covers))))
    (local.get $outcomes)))
