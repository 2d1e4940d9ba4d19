# frozen_string_literal: true

require "test_helper"
require "cable_chat_identity_helper"

class CableChat::VisitorTest < ActiveSupport::TestCase
  include CableChatIdentityHelper

  Record = Struct.new(:id)

  test "two are equal exactly if their ids are" do
    assert_equal CableChat::Visitor.user(1), CableChat::Visitor.user(1)
    assert_equal 1, [ CableChat::Visitor.user(1), CableChat::Visitor.user(1) ].uniq.size
    assert_not_equal CableChat::Visitor.user(1), CableChat::Visitor.user(2)
    assert_not_equal CableChat::Visitor.user(1), CableChat::Visitor.guest(1)
    assert_not_equal CableChat::Visitor.user(1), Record.new("user:1")
  end

  test "a user is told by a record or by its id" do
    assert_equal "user:42", CableChat::Visitor.user(Record.new(42)).id
    assert_equal "user:admin-7", CableChat::Visitor.user("admin-7").id
  end

  test "a record that is not saved, or no id, is nobody's" do
    [ Record.new(nil), nil, "" ].each { |user| assert_raises(ArgumentError) { CableChat::Visitor.user(user) } }
    [ "", "x" * 256, "\xff" ].each { |id| assert_raises(ArgumentError, id.inspect) { CableChat::Visitor.new(id) } }
  end

  test "it comes back from its GlobalID, whatever its id has in it" do
    [ "user:42", "guest:ä b/c?d#e%41", "user:1:2" ].each do |id|
      visitor = CableChat::Visitor.new(id)
      assert_equal visitor, GlobalID::Locator.locate(visitor.to_gid_param)
    end
  end

  test "it comes back from a token" do
    visitor = CableChat::Visitor.guest("1")

    assert_equal({ visitor: visitor }, AnyCable::JWT.decode(AnyCable::JWT.encode({ visitor: visitor })))
  end

  test "a user has the name that the application gives; a guest has none, whatever is in the id" do
    name_users("42" => "Ada")

    assert_equal "Ada", GlobalID::Locator.locate(CableChat::Visitor.user(42).to_gid_param).name
    assert_nil CableChat::Visitor.user(43).name
    [ "guest:42", "guest:user:42", "42" ].each { |id| assert_nil CableChat::Visitor.new(id).name, id }
  end

  test "a guest's id is never a user's" do
    assert_predicate CableChat::Visitor.guest("user:1"), :guest?
    assert_not_predicate CableChat::Visitor.user("guest:1"), :guest?
  end
end
