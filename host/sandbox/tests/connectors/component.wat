(component
  (import "wharf:connector/log@0.1.0" (instance $log
    (type $levels (enum "debug" "info" "warn" "error"))
    (export "level" (type $level (eq $levels)))
    (export "log" (func (param "level" $level) (param "message" string)))))
  IMPORT
TYPES
  (core module $memory (memory (export "memory") 2))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $memory))
  (alias export $log "log" (func $log))
  (core func $log (canon lower (func $log) (memory $memory)))
CORE
  (core instance $main (instantiate $main (with "host" (instance
    (export "memory" (memory $memory))
    (export "log" (func $log))))))
  (alias core export $main "realloc" (core func $realloc))
  (alias core export $main "describe" (core func $describe))
  (alias core export $main "prepare" (core func $prepare))
  (alias core export $main "settle" (core func $settle))
  (alias core export $main "head" (core func $head))
  (alias core export $main "rows" (core func $rows))
  (alias core export $main "tail" (core func $tail))

  (type $describe (func (result $description)))
  (type $prepare (func
    (param "context" $context) (param "operations" (list $operation)) (result $preparation)))
  (type $settle (func
    (param "context" $context) (param "answers" (list $answer)) (result (list $settlement))))
  (func $describe (type $describe)
    (canon lift (core func $describe) (memory $memory)))
  (func $prepare (type $prepare)
    (canon lift (core func $prepare) (memory $memory) (realloc (core func $realloc))))
  (func $settle (type $settle)
    (canon lift (core func $settle) (memory $memory) (realloc (core func $realloc))))
  (type $head (func (param "context" $context) (result $opening)))
  (type $rows (func (param "context" $context) (param "items" (list $item)) (result $rows-written)))
  (type $tail (func (param "context" $context) (result (list u8))))
  (func $head (type $head)
    (canon lift (core func $head) (memory $memory) (realloc (core func $realloc))))
  (func $rows (type $rows)
    (canon lift (core func $rows) (memory $memory) (realloc (core func $realloc))))
  (func $tail (type $tail)
    (canon lift (core func $tail) (memory $memory) (realloc (core func $realloc))))
EXPORTS
)
