;; The contract's types as a component names them, in the order of `wit/v0`.
(type $decimal (record (field "coefficient" s64) (field "exponent" s32)))
(type $money (record (field "amount" $decimal) (field "currency" string)))
(type $image (record (field "url" string) (field "alt" (option string))))
(type $value (variant
  (case "text" string) (case "texts" (list string)) (case "number" $decimal) (case "quantity" s64)
  (case "money" $money) (case "flag" bool) (case "images" (list $image))))
(type $field-value (record (field "field" u32) (field "value" $value)))
(type $item (record
  (field "sku" string) (field "group" (option string)) (field "values" (list $field-value))))
(type $context (record
  (field "settings" string) (field "locale" string) (field "country" string) (field "currency" string)))
(type $method (enum "get" "post" "put" "patch" "delete"))
(type $severity (enum "error" "warning"))
(type $problem (record
  (field "code" string) (field "severity" $severity) (field "field" (option u32)) (field "message" string)))
(type $rejection (record (field "index" u32) (field "problems" (list $problem))))

(type $field-kind (enum
  "text" "html" "texts" "number" "quantity" "money" "flag" "url" "images" "gtin" "date" "choice"))
(type $lane (enum "stock" "price" "content"))
(type $length-unit (enum "characters" "bytes" "utf16"))
(type $length-limit (record (field "maximum" u32) (field "unit" $length-unit) (field "truncate" bool)))
(type $field (record
  (field "name" string) (field "description" string) (field "kind" $field-kind) (field "lane" $lane)
  (field "required" bool) (field "length" (option $length-limit)) (field "maximum-values" (option u32))
  (field "choices" (list string)) (field "source" (option string))))
(type $endpoint (record
  (field "name" string) (field "url" string) (field "methods" (list $method)) (field "paths" (list string))))
(type $budget (record (field "name" string) (field "requests" u32) (field "per-seconds" u32)))
(type $auth-scheme (variant
  (case "none") (case "bearer") (case "header" string) (case "basic") (case "service-account" (list string))))
(type $idempotency (enum "natural-key" "keyed" "none"))
(type $publishing (record
  (field "stock-alone" bool) (field "price-alone" bool) (field "maximum-operations" u32)
  (field "idempotency" $idempotency) (field "reads-headers" (list string))))
(type $description (record
  (field "name" string) (field "version" string) (field "summary" string) (field "fields" (list $field))
  (field "settings-schema" string) (field "auth" $auth-scheme) (field "endpoints" (list $endpoint))
  (field "budgets" (list $budget)) (field "publishing" (option $publishing))))

(type $action (enum "upsert" "price" "stock" "delete"))
(type $operation (record
  (field "action" $action) (field "item" $item) (field "remote-id" (option string)) (field "revision" u64)))
(type $body (variant (case "none") (case "text" string) (case "bytes" (list u8))))
(type $request (record
  (field "method" $method) (field "endpoint" u32) (field "target" string)
  (field "headers" (list (tuple string string))) (field "body" $body)))
(type $exchange (record
  (field "request" $request) (field "covers" (list u32)) (field "memo" (list u8)) (field "delay-ms" u64)))
(type $preparation (record
  (field "exchanges" (list $exchange)) (field "rejections" (list $rejection))))
(type $response (record
  (field "status" u16) (field "headers" (list (tuple string string))) (field "body" (list u8))))
(type $answer (record (field "memo" (list u8)) (field "covers" u32) (field "response" $response)))
(type $acceptance (record (field "remote-id" (option string)) (field "problems" (list $problem))))
(type $postponement (record (field "after-ms" (option u64)) (field "problem" $problem)))
(type $verdict (variant
  (case "accepted" $acceptance) (case "rejected" (list $problem)) (case "retry" $postponement)))
(type $outcome (record (field "index" u32) (field "verdict" $verdict)))
(type $settlement (record (field "outcomes" (list $outcome)) (field "further" (list $exchange))))

(type $opening (record (field "file-name" string) (field "content-type" string) (field "content" (list u8))))
(type $rows-written (record (field "content" (list u8)) (field "rejections" (list $rejection))))
