# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::ActionTest < ActiveSupport::TestCase
  ID = "0a4c9c5e-7b1d-4a53-8f0e-6f2a1b3c4d5e"

  WELL_FORMED = [
    [ "resume", {} ],
    [ "resume", { "since" => nil, "cursors" => nil, "unknown" => 1 } ],
    [ "resume", { "since" => 14.0, "cursors" => { ID => 4_096 } } ],
    [ "history", { "before" => 15, "limit" => 50 } ],
    [ "history", { "before" => 0 } ],
    [ "ask", { "client_id" => ID, "message" => "What is a monad?" } ],
    [ "ask", { "client_id" => ID.upcase, "message" => " \u0000 " } ],
    [ "regenerate", { "client_id" => ID, "message_id" => ID } ],
    [ "edit", { "client_id" => ID, "message_id" => ID, "message" => "x" } ],
    [ "stop", { "message_id" => ID } ],
    [ "feedback", { "message_id" => ID, "value" => nil, "at" => 2**53 - 1 } ]
  ].freeze

  MALFORMED = [
    [ "shutdown", {} ], [ "", {} ], [ nil, {} ], [ 5, {} ], [ [ "ask" ], {} ], [ "send", {} ],
    [ "ask", {} ],
    [ "ask", { "client_id" => "1", "message" => "x" } ],
    [ "ask", { "client_id" => "#{ID}\n", "message" => "x" } ],
    [ "ask", { "client_id" => ID, "message" => "  \n\t\u00A0\uFEFF" } ],
    [ "ask", { "client_id" => ID, "message" => 5 } ],
    [ "ask", { "client_id" => ID, "message" => "\xED\xA0\xBD" } ],
    [ "ask", { "client_id" => { "a" => 1 }, "message" => "x" } ],
    [ "resume", { "since" => -1 } ],
    [ "resume", { "since" => 1.5 } ],
    [ "resume", { "since" => Float::INFINITY } ],
    [ "resume", { "since" => "1" } ],
    [ "resume", { "since" => true } ],
    [ "resume", { "cursors" => [] } ],
    [ "resume", { "cursors" => { "x" => 1 } } ],
    [ "resume", { "cursors" => { ID => 2**53 } } ],
    [ "resume", { "cursors" => 101.times.to_h { [ SecureRandom.uuid, 1 ] } } ],
    [ "history", {} ],
    [ "regenerate", { "client_id" => ID } ],
    [ "edit", { "client_id" => ID, "message_id" => ID } ],
    [ "stop", {} ],
    [ "feedback", { "message_id" => ID, "at" => 1 } ],
    [ "feedback", { "message_id" => ID, "value" => "meh", "at" => 1 } ],
    [ "feedback", { "message_id" => ID, "value" => "up" } ]
  ].freeze

  test "what is well formed is read" do
    WELL_FORMED.each { |name, data| assert_equal name, CableChat::Action.new(name, data).name }
  end

  test "what is malformed is refused with a sentence" do
    MALFORMED.each do |name, data|
      error = assert_raises(CableChat::Action::Malformed, [ name, data ].inspect) { CableChat::Action.new(name, data) }
      assert_match(/\A[a-zA-Z].*\.\z/, error.message)
    end
  end

  test "ids go back to their sender as far as they can be read" do
    assert_equal({ client_id: "1", message_id: nil }, CableChat::Action.ids("client_id" => "1", "message_id" => { "a" => 1 }))
    assert_equal({ client_id: nil, message_id: nil }, CableChat::Action.ids("client_id" => "x" * 65, "message_id" => "\xED\xA0\xBD"))
  end
end
