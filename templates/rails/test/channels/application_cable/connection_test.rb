# frozen_string_literal: true

require "cable_chat_identity_helper"

class ApplicationCable::ConnectionTest < ActionCable::Connection::TestCase
  include CableChatIdentityHelper

  tests ApplicationCable::Connection

  test "the visitor is who the handshake's cookies say" do
    identify_as(ada)
    connect

    assert_equal ada, connection.visitor
  end

  test "nobody is refused" do
    identify_as(nil)

    assert_reject_connection { connect }
  end

  test "a token says who its bearer is, whatever the cookie says" do
    identify_as(CableChat::Visitor.user(1))
    connect params: { jid: AnyCable::JWT.encode({ visitor: ada }) }

    assert_equal ada, connection.visitor
  end

  test "forged and malformed tokens are refused, and no cookie helps" do
    identify_as(ada)
    forged = AnyCable::JWT.encode({ visitor: ada }, secret_key: "another")
    [ forged, "a.b.c", "x", forged.split(".").first(2).join(".") ].each do |token|
      assert_reject_connection { connect params: { jid: token } }
    end
  end

  test "an expired token is told from a bad one" do
    token = AnyCable::JWT.encode({ visitor: ada }, expires_at: 1.second.ago)

    assert_raises(AnyCable::JWT::ExpiredSignature) { connect params: { jid: token } }
  end

  test "the visitor reaches the channels as AnyCable carries it" do
    identify_as(ada)
    connect
    carried = JSON.parse(connection.identifiers_json)

    assert_equal ada, AnyCable::Serializer.deserialize(carried["visitor"])
  end

  private
    def ada
      CableChat::Visitor.user("ada")
    end
end
